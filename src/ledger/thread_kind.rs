//! The three ways in which a thread comes to be.

use crate::codec::codec_variants;
use crate::rollout::record::session_meta::SessionMeta;

/// The kind of a thread: how it came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadKind {
    /// By itself.
    Root,
    /// As a copy of another's history.
    Fork,
    /// Spawned by another thread's turn.
    Subagent,
}

codec_variants!(ThreadKind { Root, Fork, Subagent });

impl ThreadKind {
    /// The name that programs see.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Fork => "fork",
            Self::Subagent => "subagent",
        }
    }

    /// The kind of a name that programs see.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Root, Self::Fork, Self::Subagent].into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind that a `session_meta` tells. A copied history without a word of it (0.80) shows only in the records.
    #[must_use]
    pub fn of_meta(meta: &SessionMeta) -> Self {
        if meta.is_subagent() {
            Self::Subagent
        } else if meta.forked_from_id.is_some() || meta.parent().is_some() {
            Self::Fork
        } else {
            Self::Root
        }
    }
}
