//! Short texts and numbers, eight bytes at a time: there are three in every line of a rollout, and dozens in one that
//! counts. In place they cost a third of what a call of `memchr` does.

/// Counts have fewer digits than this, and more would not fit the number they are made.
const MOST_DIGITS: usize = 16;

const HIGH: u64 = u64::from_le_bytes([0x80; 8]);

/// How many bytes at the beginning of a text are plain, spelled in JSON and shown on a terminal as they are: from the
/// space to the tilde, but for quotes and backslashes.
#[must_use]
pub fn plain_length(text: &[u8]) -> usize {
    let (eights, rest) = text.as_chunks::<8>();
    let mut length = 0;
    for eight in eights {
        let others = others_in(u64::from_le_bytes(*eight));
        if others != 0 {
            return length + others.trailing_zeros() as usize / 8;
        }
        length += eight.len();
    }
    let is_plain = |byte: &&u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    length + rest.iter().take_while(is_plain).count()
}

/// The lowest bit that is set is the highest one of the first byte that is not plain; none is set where all are. (Bits
/// behind the first may be wrong.)
fn others_in(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
    const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
    const BACKSLASHES: u64 = u64::from_le_bytes([b'\\'; 8]);
    let is_zero = |bytes: u64| bytes.wrapping_sub(ONES);
    // Below the space, above the tilde, and what is no ASCII.
    let outside = eight.wrapping_sub(SPACES) | eight.wrapping_add(ONES) | eight;
    (outside | is_zero(eight ^ QUOTES) | is_zero(eight ^ BACKSLASHES)) & HIGH
}

/// The number that the digits at the beginning of a text spell, and how many they are, no more than 16.
#[must_use]
pub fn leading_number(text: &[u8]) -> (u64, usize) {
    if let Some(eight) = text.first_chunk() {
        let digits = u64::from_le_bytes(*eight) ^ u64::from_le_bytes([b'0'; 8]);
        let length = digits_at_front(digits);
        if length < eight.len() {
            // The last digit comes to the end, zeros before the first.
            return (number_of(if length == 0 { 0 } else { digits << (64 - 8 * length) }), length);
        }
    }
    let digits = text.iter().take(MOST_DIGITS).take_while(|byte| byte.is_ascii_digit());
    digits
        .fold((0, 0), |(number, length), digit| (number * 10 + u64::from(digit - b'0'), length + 1))
}

/// How many of eight bytes, from the lowest on, are from 0 to 9.
fn digits_at_front(digits: u64) -> usize {
    const ABOVE_9: u64 = u64::from_le_bytes([0x80 - 10; 8]);
    let others = (digits.wrapping_add(ABOVE_9) | digits) & HIGH;
    others.trailing_zeros() as usize / 8
}

/// The number of eight digits, the first of them the lowest byte: pairs, then fours, then all.
fn number_of(digits: u64) -> u64 {
    const PAIRS: u64 = 0x00ff_00ff_00ff_00ff;
    const FOURS: u64 = 0x0000_ffff_0000_ffff;
    let pairs = (digits.wrapping_mul(10) + (digits >> 8)) & PAIRS;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & FOURS;
    (fours.wrapping_mul(10_000) + (fours >> 32)) & 0xffff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_judged_alike_wherever_it_is() {
        for byte in 0..=u8::MAX {
            let plain = (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
            for before in 0..24 {
                for behind in [&b""[..], b"a", b"aaaaaaaa", b"\"\\\0\x7f\xff\"\\\0"] {
                    let text = [&vec![b'a'; before][..], &[byte], behind].concat();
                    let expected = match (plain, behind) {
                        (false, _) => before,
                        (true, [b'"', ..]) => before + 1,
                        (true, _) => text.len(),
                    };
                    assert_eq!(plain_length(&text), expected, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_number_is_what_its_digits_spell_whatever_follows() {
        for first in 0..10 {
            for length in 0..=17 {
                let digits = &"12345678909876543210987654321"[first..first + length];
                for behind in ["", ",", "}", "/", ":", "é", "\0", ",\"tokens\":12345678"] {
                    let read = &digits[..length.min(16)];
                    let expected = (read.parse().unwrap_or(0), read.len());
                    let text = digits.to_owned() + behind;
                    assert_eq!(leading_number(text.as_bytes()), expected, "{text}");
                }
            }
        }
    }

    #[test]
    fn every_byte_that_is_no_digit_ends_a_number() {
        for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
            for before in ["", "7", "77", "0123456", "01234567", "77777777777"] {
                let text = [before.as_bytes(), &[byte], b"1234567"].concat();
                let expected = (before.parse().unwrap_or(0), before.len());
                assert_eq!(leading_number(&text), expected, "{text:?}");
            }
        }
    }
}
