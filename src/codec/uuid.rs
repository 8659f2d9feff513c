//! Ids in the form of a UUID, as their 16 bytes.

/// The length of a UUID in its usual spelling, in bytes.
pub(super) const ID_LENGTH: usize = 36;

/// The offsets of its hyphens.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// The offset of the two digits of each of its bytes.
const DIGITS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// The 16 bytes of a UUID that is spelled as usual.
pub(super) fn uuid(text: &str) -> Option<[u8; 16]> {
    let text = text.as_bytes();
    let is_spelled =
        text.len() == ID_LENGTH && HYPHENS.iter().all(|&at| text.get(at) == Some(&b'-'));
    if !is_spelled {
        return None;
    }
    let mut id = [0; 16];
    for (byte, at) in id.iter_mut().zip(DIGITS) {
        let [high, low] = *text.get(at..)?.first_chunk()?;
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(id)
}

fn digit(spelled: u8) -> Option<u8> {
    match spelled {
        b'0'..=b'9' => Some(spelled - b'0'),
        b'a'..=b'f' => Some(spelled - b'a' + 10),
        _ => None,
    }
}

pub(super) fn spell(id: [u8; 16]) -> [u8; ID_LENGTH] {
    let spelled = |digit: u8| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
    let mut text = [b'-'; ID_LENGTH];
    for (byte, at) in id.into_iter().zip(DIGITS) {
        if let Some(two) = text.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            *two = [spelled(byte >> 4), spelled(byte & 15)];
        }
    }
    text
}
