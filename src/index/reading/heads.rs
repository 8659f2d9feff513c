//! The heads of rollouts, remembered until the file changes.

use std::collections::HashSet;
use std::sync::Arc;

use crate::codec::{Codec, Decoder, Encoder, codec_fields};
use crate::ledger::threads::ThreadKind;
use crate::rollout::file::RolloutFile;
use crate::rollout::record::session_meta::{Origin, SessionMeta};
use crate::rollout::timestamp::parse_timestamp;

/// Texts that many rollouts have in common, each once.
pub type Texts = HashSet<Arc<str>>;

/// The knowledge of a rollout's head.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum Head {
    /// It was not read.
    #[default]
    Unread,
    /// It was, but the file has changed since.
    Outdated(Box<HeadFacts>),
    /// There was none, and the file has changed since.
    Forgotten,
    /// It was read.
    Read(Box<HeadFacts>),
    /// There is none, for this reason.
    Missing(Box<str>),
}

impl Head {
    /// Notes that the file has changed since.
    pub fn outdate(&mut self) {
        *self = match std::mem::take(self) {
            Self::Read(facts) | Self::Outdated(facts) => Self::Outdated(facts),
            Self::Unread => Self::Unread,
            Self::Missing(_) | Self::Forgotten => Self::Forgotten,
        };
    }
}

/// The facts in the head of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadFacts {
    /// The thread: the `session_meta`'s id, else the file name's.
    pub thread_id: Arc<str>,
    /// The kind of the thread, as far as its head tells.
    pub kind: ThreadKind,
    /// The origin of its prompts.
    pub origin: Origin,
    /// The thread that it was spawned by or copied from.
    pub parent: Option<Arc<str>>,
    /// The directory in which it began, as Codex wrote it.
    pub cwd: Option<Arc<str>>,
    /// The time when it began, in milliseconds since 1970.
    pub created_ms: Option<i64>,
    /// The version of Codex that began it.
    pub cli_version: Option<Arc<str>>,
}

codec_fields!(HeadFacts { thread_id, kind, origin, parent, cwd, created_ms, cli_version });

impl Codec for Head {
    fn encode(&self, encoder: &mut Encoder) {
        match self {
            Self::Unread | Self::Outdated(_) | Self::Forgotten => encoder.number(0),
            Self::Read(facts) => {
                encoder.number(2);
                facts.encode(encoder);
            }
            Self::Missing(reason) => {
                encoder.number(3);
                encoder.text(reason);
            }
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(match decoder.number()? {
            0 => Self::Unread,
            2 => Self::Read(Box::new(HeadFacts::decode(decoder)?)),
            3 => Self::Missing(decoder.text()?.as_ref().into()),
            _ => return None,
        })
    }
}

/// A thread as the head of its rollout shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadHead {
    /// The rollout.
    pub file: RolloutFile,
    /// The facts in its head.
    pub facts: HeadFacts,
}

impl HeadFacts {
    /// The facts of a `session_meta`. Texts that many rollouts have in common are put into `texts`.
    #[must_use]
    pub fn new(meta: &SessionMeta, file: &RolloutFile, texts: &mut Texts) -> Self {
        Self {
            thread_id: Arc::from(meta.id.as_deref().unwrap_or(file.thread_id())),
            kind: ThreadKind::of_meta(meta),
            origin: meta.origin(),
            parent: meta.parent().map(|parent| shared(texts, parent)),
            cwd: meta.cwd.as_deref().map(|cwd| shared(texts, cwd)),
            created_ms: meta.timestamp.as_deref().and_then(parse_timestamp),
            cli_version: meta.cli_version.as_deref().map(|version| shared(texts, version)),
        }
    }
}

/// The text that is there already, if it is.
pub(crate) fn shared(texts: &mut Texts, text: &str) -> Arc<str> {
    if let Some(known) = texts.get(text) {
        return Arc::clone(known);
    }
    let text: Arc<str> = Arc::from(text);
    texts.insert(Arc::clone(&text));
    text
}
