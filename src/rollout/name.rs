//! The facts in the name of a rollout.

/// A rollout's name, taken apart: `rollout-2026-11-22T17-25-12-<thread id>[_<segment id>].jsonl[.zst]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolloutName<'a> {
    /// The name without `.jsonl` and `.zst`: one rollout has one, whichever form it is stored in.
    pub stem: &'a str,
    /// The thread id that the name carries, if it has the usual form.
    pub thread_id: Option<&'a str>,
    /// True if the file is compressed (`.jsonl.zst`).
    pub compressed: bool,
}

/// The length of `YYYY-MM-DDThh-mm-ss-`, which stands between `rollout-` and the id.
const TIMESTAMP_LENGTH: usize = 20;

impl<'a> RolloutName<'a> {
    /// Takes a file name apart; `None` for one that does not end in `.jsonl` or `.jsonl.zst`.
    ///
    /// Names of another beginning are rollouts too: the oldest tools called them otherwise.
    #[must_use]
    pub fn parse(name: &'a str) -> Option<Self> {
        let (plain, compressed) = match name.strip_suffix(".zst") {
            Some(plain) => (plain, true),
            None => (name, false),
        };
        let stem = plain.strip_suffix(".jsonl").filter(|stem| !stem.is_empty())?;
        Some(Self { stem, thread_id: Self::parse_stem(stem), compressed })
    }

    /// The thread id in a stem of the usual form, `rollout-<timestamp>-<thread id>[_<segment id>]`.
    #[must_use]
    pub fn parse_stem(stem: &'a str) -> Option<&'a str> {
        ids_of(stem).map(|(thread, _segment)| thread)
    }

    /// Tells whether a stem is that of a rollout which a revert of its thread began.
    #[must_use]
    pub fn is_segment(stem: &str) -> bool {
        ids_of(stem).is_some_and(|(_thread, segment)| segment.is_some())
    }
}

/// The thread's and the segment's id in a stem of the usual form.
fn ids_of(stem: &str) -> Option<(&str, Option<&str>)> {
    let id = stem.strip_prefix("rollout-")?.get(TIMESTAMP_LENGTH..)?;
    let (thread, segment) = match id.split_once('_') {
        Some((thread, segment)) => (thread, Some(segment)),
        None => (id, None),
    };
    is_thread_id(thread).then_some((thread, segment))
}

/// Tells whether a text has the form of a thread id, `[0-9A-Za-z][0-9A-Za-z_-]*`.
///
/// Only such a text may ever be put on a command line.
#[must_use]
pub fn is_thread_id(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The milliseconds since 1970 in a `UUIDv7`; `None` for any other text.
#[must_use]
pub fn uuid_v7_ms(id: &str) -> Option<i64> {
    let bytes: &[u8; 36] = id.as_bytes().try_into().ok()?;
    let dashes = [8, 13, 18, 23];
    let well_formed = bytes[14] == b'7'
        && dashes.iter().all(|&at| bytes.get(at) == Some(&b'-'))
        && bytes.iter().filter(|byte| byte.is_ascii_hexdigit()).count()
            == bytes.len() - dashes.len();
    if !well_formed {
        return None;
    }
    let high = i64::from_str_radix(id.get(..8)?, 16).ok()?;
    let low = i64::from_str_radix(id.get(9..13)?, 16).ok()?;
    Some((high << 16) | low)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019b7f37-8646-7b42-af3b-3a02bcaed870";

    #[test]
    fn one_rollout_has_one_stem_in_either_form() {
        let plain = format!("rollout-2026-01-02T16-58-23-{ID}.jsonl");
        let stem = format!("rollout-2026-01-02T16-58-23-{ID}");
        let expected = RolloutName { stem: &stem, thread_id: Some(ID), compressed: false };
        assert_eq!(RolloutName::parse(&plain), Some(expected));
        let packed = format!("{plain}.zst");
        assert_eq!(RolloutName::parse(&packed), Some(RolloutName { compressed: true, ..expected }));
    }

    #[test]
    fn a_segment_of_a_reverted_thread_names_the_thread() {
        let name =
            format!("rollout-2026-01-02T16-58-23-{ID}_019b7f37-9000-7000-8000-000000000001.jsonl");
        let name = RolloutName::parse(&name).unwrap();
        assert_eq!(name.thread_id, Some(ID));
        assert!(RolloutName::is_segment(name.stem));
        assert!(!RolloutName::is_segment(&format!("rollout-2026-01-02T16-58-23-{ID}")));
    }

    #[test]
    fn a_name_of_another_form_has_no_thread_id() {
        assert_eq!(
            RolloutName::parse("session-abc.jsonl"),
            Some(RolloutName { stem: "session-abc", thread_id: None, compressed: false })
        );
        assert_eq!(RolloutName::parse("rollout-x.json"), None);
        assert_eq!(RolloutName::parse(".jsonl"), None);
        assert_eq!(RolloutName::parse("rollout-é.jsonl").and_then(|name| name.thread_id), None);
    }

    #[test]
    fn an_id_that_could_be_a_flag_or_a_path_is_none() {
        for text in ["", "-x", "_x", "a b", "a/b", "a;b", "é", "$(x)"] {
            assert!(!is_thread_id(text), "{text}");
        }
        assert!(is_thread_id(ID));
        assert!(is_thread_id("thread_1-a"));
    }

    #[test]
    fn only_version_7_ids_carry_a_time() {
        assert_eq!(uuid_v7_ms(ID), Some(0x019b_7f37_8646));
        assert_eq!(uuid_v7_ms("019b7f37-8646-4b42-af3b-3a02bcaed870"), None);
        assert_eq!(uuid_v7_ms("0"), None);
        assert_eq!(uuid_v7_ms("+19b7f37-8646-7b42-af3b-3a02bcaed870"), None);
    }
}
