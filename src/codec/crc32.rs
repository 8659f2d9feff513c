//! The checksum of bytes that are kept on disk.

use flate2::Crc;

/// The CRC-32 of the bytes, by the processor's own instructions where it has them: the checksum of gzip, which the
/// exports need too.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_one_that_gzip_has() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(&[0xff; 1000]), 0xe053_3230);
    }
}
