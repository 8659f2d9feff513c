//! `session_meta`, the first record of a rollout: which thread this is, where it works, and whence it came.
//!
//! Read from a whole line or from the first bytes of one: what stands before the cut is taken, because the facts that
//! matter sit within the first kilobyte of a line that may be 22 KB long.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::codec::{Codec, Decoder, Encoder, codec_fields, codec_variants};
use crate::rollout::record::instructions::{Around, around_instructions};
use crate::rollout::record::text::Text;

/// The first record of a rollout, as far as it could be read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct SessionMeta {
    /// The thread.
    pub id: Option<String>,
    /// The directory in which the thread began, as Codex wrote it: not resolved.
    pub cwd: Option<String>,
    /// The time when the thread began (ISO 8601).
    pub timestamp: Option<String>,
    /// The version of Codex that began it.
    pub cli_version: Option<String>,
    /// The program that began it.
    pub originator: Option<String>,
    /// The thread of which this one is a copy.
    pub forked_from_id: Option<String>,
    /// True if its writer is one that records the usage of every response (`token_usage_record`) for sure: the writers
    /// that name `runtime_workspace_roots` do. (Two versions before do as well, without a sign here.)
    pub records_usage: bool,
    /// The thread that spawned this one.
    pub parent_thread_id: Option<String>,
    /// The source of the thread.
    pub source: Option<Source>,
    /// `user`, `subagent`, `guardian_review`, …
    pub thread_source: Option<String>,
    /// The history that this rollout continues without repeating its records.
    pub history_base: Option<HistoryBase>,
    /// The model, in the oldest shape only.
    pub model: Option<String>,
    /// The repository that the thread began in.
    pub git: Option<Git>,
}

codec_fields!(SessionMeta {
    id,
    cwd,
    timestamp,
    cli_version,
    originator,
    forked_from_id,
    records_usage,
    parent_thread_id,
    source,
    thread_source,
    history_base,
    model,
    git,
});

/// `session_meta.git`: the repository as it was when the thread began.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Git {
    /// The URL of its remote, as `git` has it.
    pub repository_url: Option<String>,
    /// The branch that was checked out.
    pub branch: Option<String>,
}

codec_fields!(Git { repository_url, branch });

/// `session_meta.history_base`: where a rollout goes on from.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct HistoryBase {
    /// The thread, or the segment of a reverted thread.
    pub thread_id: Option<String>,
    /// The `ordinal` of its first record that does not belong to the history.
    pub end_ordinal_exclusive: Option<u64>,
}

codec_fields!(HistoryBase { thread_id, end_ordinal_exclusive });

/// `session_meta.source`: a name, or the subagent that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `exec`, `cli`, `vscode`, …
    Named(String),
    /// A subagent, with the thread that spawned it where the record says so.
    Subagent {
        /// `source.subagent.thread_spawn.parent_thread_id`.
        parent_thread_id: Option<String>,
    },
}

impl Codec for Source {
    fn encode(&self, encoder: &mut Encoder) {
        self.name().map(str::to_owned).encode(encoder);
        if let Self::Subagent { parent_thread_id } = self {
            parent_thread_id.encode(encoder);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        match Option::decode(decoder)? {
            Some(name) => Some(Self::Named(name)),
            None => Some(Self::Subagent { parent_thread_id: Option::decode(decoder)? }),
        }
    }
}

impl Source {
    /// The name; `None` for a subagent.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Subagent { .. } => None,
        }
    }
}

/// The origin of a thread's prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A person: the terminal, an editor, an app. The oldest versions, which knew no other, do not say it.
    Interactive,
    /// A program: `codex exec`, an MCP client.
    Automatic,
    /// Codex itself, for a purpose of its own: a review, a compaction, its memory.
    Internal,
}

codec_variants!(Origin { Interactive, Automatic, Internal });

/// The sources that `codex resume --last` takes.
const INTERACTIVE: [&str; 4] = ["cli", "vscode", "atlas", "chatgpt"];

/// The names of the sources of threads that Codex begins for itself, or their beginnings and ends.
const INTERNAL: [&str; 7] =
    ["internal", "subagent", "guardian", "review", "compact", "memory", "onboarding"];

impl SessionMeta {
    /// The origin of the thread's prompts.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let source = self.source.as_ref().and_then(Source::name);
        let is_internal = |name: &str| INTERNAL.iter().any(|part| name.contains(part));
        let names = [source, self.thread_source.as_deref()];
        if self.is_subagent() || names.into_iter().flatten().any(is_internal) {
            Origin::Internal
        } else if source.is_none_or(|source| INTERACTIVE.contains(&source)) {
            Origin::Interactive
        } else {
            Origin::Automatic
        }
    }

    /// Tells whether the thread was spawned by another thread's turn.
    #[must_use]
    pub fn is_subagent(&self) -> bool {
        matches!(self.source, Some(Source::Subagent { .. }))
            || self
                .thread_source
                .as_deref()
                .is_some_and(|source| source == "subagent" || source == "guardian_review")
    }

    /// The thread that this one was spawned by or copied from.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        let spawned_by = match &self.source {
            Some(Source::Subagent { parent_thread_id }) => parent_thread_id.as_deref(),
            Some(Source::Named(_)) | None => None,
        };
        self.parent_thread_id.as_deref().or(spawned_by).or(self.forked_from_id.as_deref())
    }

    /// Tells whether the rollout continues its own thread after a revert: it points to a history, and to no other
    /// thread. (What it points to may be called by the id of an earlier such rollout.)
    #[must_use]
    pub fn is_revert(&self) -> bool {
        self.history_base.is_some() && self.parent().is_none()
    }
}

/// The result of reading a `session_meta`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// The facts that were read.
    pub meta: SessionMeta,
    /// The time when the record was written (ISO 8601), if it says so.
    pub written: Option<String>,
    /// The end of the reading.
    pub end: CaptureEnd,
}

/// The end of reading a `session_meta`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureEnd {
    /// The record is whole.
    Whole,
    /// The bytes end inside the instructions, behind every fact about the thread's identity.
    CutInInstructions,
    /// The bytes end somewhere else.
    Cut,
    /// It is a record of another kind.
    OtherKind,
    /// It is no record.
    Broken,
}

/// Reads a `session_meta` from a line or from its beginning. The text of its instructions is not looked into: whatever
/// it holds, the thread is known.
#[must_use]
pub fn capture(bytes: &[u8]) -> Captured {
    match around_instructions(bytes) {
        Some(Around { before, after: Some(after) }) => read(&[before, after].concat()),
        Some(Around { before, after: None }) => read(before),
        None => read(bytes),
    }
}

fn read(bytes: &[u8]) -> Captured {
    let mut capture = Capture::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let result = Level { capture: &mut capture, top: true }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    let flat_beginning =
        capture.kind.is_none() && (capture.meta.id.is_some() || capture.meta.cwd.is_some());
    let is_meta = capture.kind.as_deref() == Some("session_meta") || flat_beginning;
    let end = match result {
        Ok(()) if is_meta => CaptureEnd::Whole,
        Ok(()) => CaptureEnd::OtherKind,
        Err(error) if !error.is_eof() => CaptureEnd::Broken,
        Err(_) if capture.kind.is_some() && !is_meta => CaptureEnd::OtherKind,
        Err(_) if capture.in_instructions => CaptureEnd::CutInInstructions,
        Err(_) => CaptureEnd::Cut,
    };
    Captured { meta: capture.meta, written: capture.written, end }
}

#[derive(Default)]
struct Capture {
    meta: SessionMeta,
    kind: Option<String>,
    written: Option<String>,
    in_instructions: bool,
}

/// One object of the record: the envelope, or the payload in it. The oldest shape has no payload and its facts flat in
/// the envelope, so both levels know the same names.
struct Level<'c> {
    capture: &'c mut Capture,
    top: bool,
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { capture, top } = self;
        while let Some(Text(key)) = map.next_key::<Text<'de>>()? {
            let meta = &mut capture.meta;
            match key.as_deref().unwrap_or_default() {
                "type" if top => capture.kind = text(&mut map)?,
                "payload" if top => map.next_value_seed(Level { capture, top: false })?,
                "id" | "threadId" | "thread_id" => meta.id = text(&mut map)?,
                "cwd" => meta.cwd = text(&mut map)?,
                // The payload's is the beginning of the thread, the envelope's that of the record.
                "timestamp" => {
                    let timestamp = text(&mut map)?;
                    if top {
                        capture.written.clone_from(&timestamp);
                    }
                    meta.timestamp = timestamp.or(meta.timestamp.take());
                }
                "cli_version" => meta.cli_version = text(&mut map)?,
                "originator" => meta.originator = text(&mut map)?,
                "forked_from_id" => meta.forked_from_id = text(&mut map)?,
                "runtime_workspace_roots" => {
                    meta.records_usage = true;
                    map.next_value::<IgnoredAny>()?;
                }
                "parent_thread_id" => meta.parent_thread_id = text(&mut map)?,
                "source" => meta.source = source(map.next_value()?),
                "thread_source" => meta.thread_source = text(&mut map)?,
                "history_base" => meta.history_base = history_base(&map.next_value()?),
                "model" => meta.model = text(&mut map)?,
                "git" => meta.git = git(&map.next_value()?),
                "instructions" | "base_instructions" => {
                    capture.in_instructions = true;
                    map.next_value::<IgnoredAny>()?;
                    capture.in_instructions = false;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<String>, A::Error> {
    Ok(map.next_value::<Text<'de>>()?.0.map(std::borrow::Cow::into_owned))
}

fn source(value: Value) -> Option<Source> {
    match value {
        Value::String(name) => Some(Source::Named(name)),
        Value::Object(object) => match object.iter().next()? {
            (key, subagent) if key == "subagent" => Some(Source::Subagent {
                parent_thread_id: string_at(subagent, &["thread_spawn", "parent_thread_id"]),
            }),
            (key, Value::String(name)) if key == "custom" => Some(Source::Named(name.clone())),
            (key, _) => Some(Source::Named(key.clone())),
        },
        _ => None,
    }
}

fn history_base(value: &Value) -> Option<HistoryBase> {
    value.is_object().then(|| HistoryBase {
        thread_id: string_at(value, &["thread_id"]),
        end_ordinal_exclusive: value.get("end_ordinal_exclusive").and_then(Value::as_u64),
    })
}

fn git(value: &Value) -> Option<Git> {
    value.is_object().then(|| Git {
        repository_url: string_at(value, &["repository_url"]),
        branch: string_at(value, &["branch"]),
    })
}

fn string_at(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().try_fold(value, |value, key| value.get(key))?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"timestamp":"2026-01-02T16:58:23.100Z","type":"session_meta","payload":{"id":"019b7f37-8646-7b42-af3b-3a02bcaed870","timestamp":"2026-01-02T16:58:23.000Z","cwd":"/home/dev/a \"b\"","originator":"codex_exec","cli_version":"0.138.0","source":{"subagent":{"thread_spawn":{"parent_thread_id":"p-1","depth":1}}},"base_instructions":{"text":"Be \\ brief."},"history_base":{"thread_id":"p-1","end_ordinal_exclusive":4},"git":{"commit_hash":"0a1b","branch":"main","repository_url":"git@example.com:dev/a.git"}}}"#;

    fn expected() -> SessionMeta {
        SessionMeta {
            id: Some("019b7f37-8646-7b42-af3b-3a02bcaed870".into()),
            cwd: Some("/home/dev/a \"b\"".into()),
            timestamp: Some("2026-01-02T16:58:23.000Z".into()),
            cli_version: Some("0.138.0".into()),
            originator: Some("codex_exec".into()),
            source: Some(Source::Subagent { parent_thread_id: Some("p-1".into()) }),
            history_base: Some(HistoryBase {
                thread_id: Some("p-1".into()),
                end_ordinal_exclusive: Some(4),
            }),
            git: Some(Git {
                repository_url: Some("git@example.com:dev/a.git".into()),
                branch: Some("main".into()),
            }),
            ..SessionMeta::default()
        }
    }

    #[test]
    fn a_whole_record_gives_every_fact() {
        let captured = capture(LINE.as_bytes());
        let written = Some("2026-01-02T16:58:23.100Z".to_owned());
        assert_eq!(captured, Captured { meta: expected(), written, end: CaptureEnd::Whole });
        assert!(captured.meta.is_subagent());
        assert_eq!(captured.meta.parent(), Some("p-1"));
    }

    #[test]
    fn a_record_cut_in_its_instructions_gives_what_stands_before() {
        let cut = LINE.find("brief").unwrap();
        let meta = SessionMeta { history_base: None, git: None, ..expected() };
        let captured = capture(&LINE.as_bytes()[..cut]);
        let written = Some("2026-01-02T16:58:23.100Z".to_owned());
        assert_eq!(captured, Captured { meta, written, end: CaptureEnd::CutInInstructions });
    }

    #[test]
    fn a_cut_at_any_byte_never_invents_a_fact() {
        let whole = expected();
        for cut in 0..LINE.len() {
            let meta = capture(&LINE.as_bytes()[..cut]).meta;
            assert!(meta.id.is_none() || meta.id == whole.id, "{cut}");
            assert!(meta.cwd.is_none() || meta.cwd == whole.cwd, "{cut}");
            assert!(meta.source.is_none() || meta.source == whole.source, "{cut}");
        }
    }

    #[test]
    fn the_flat_shapes_are_read_like_the_enveloped_ones() {
        let flat =
            capture(br#"{"id":"a-1","timestamp":"2025-08-01T10:00:00Z","instructions":null}"#);
        let meta = SessionMeta {
            id: Some("a-1".into()),
            timestamp: Some("2025-08-01T10:00:00Z".into()),
            ..SessionMeta::default()
        };
        let written = meta.timestamp.clone();
        assert_eq!(flat, Captured { meta, written, end: CaptureEnd::Whole });
        let old = capture(
            br#"{"type":"session_meta","threadId":"t-1","cwd":"/home/dev","model":"o3-mini"}"#,
        );
        let meta = SessionMeta {
            id: Some("t-1".into()),
            cwd: Some("/home/dev".into()),
            model: Some("o3-mini".into()),
            ..SessionMeta::default()
        };
        assert_eq!(old, Captured { meta, written: None, end: CaptureEnd::Whole });
    }

    #[test]
    fn what_is_no_session_meta_is_told_apart() {
        assert_eq!(
            capture(br#"{"type":"turn_context","payload":{"cwd":"/x"}}"#).end,
            CaptureEnd::OtherKind
        );
        assert_eq!(
            capture(br#"{"type":"turn_context","payload":{"cwd":"/"#).end,
            CaptureEnd::OtherKind
        );
        assert_eq!(capture(b"[1,2]").end, CaptureEnd::Broken);
        assert_eq!(capture(b"\0\0\0").end, CaptureEnd::Broken);
        assert_eq!(capture(b"{}").end, CaptureEnd::OtherKind);
        assert_eq!(capture(b"").end, CaptureEnd::Cut);
    }
}
