//! One file with a rollout's name: where it is, what the system last said of it, and what was learned from reading it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::codec::{Packed, Packer, Unpacker, packed_fields};
use crate::fs::file_stamp::Identity;
use crate::index::catalog::discover::RolloutFile;
use crate::index::reading::cached::Known;
use crate::ledger::threads::ThreadKind;

/// Where an entry is kept. A place is used again when its file is gone.
pub type Slot = u32;

/// A file with a rollout's name.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Entry {
    /// Tells it from an entry that had the same slot before.
    pub born: u64,
    /// The directory, by its place in the listing.
    pub directory: usize,
    /// Its name there.
    pub name: Box<str>,
    /// Whether it lies in `archived_sessions/`.
    pub archived: bool,
    /// What the system said of it last.
    pub seen: Identity,
    /// Whether it has other names, through which it can be written without a sign here.
    pub is_linked: bool,
    /// Whether another form of the rollout is the one that counts.
    pub is_shadowed: bool,
    /// Whether something was written since it was seen as it is.
    pub is_doubted: bool,
    /// Its head.
    pub head: Head,
    /// Whether nothing can have been written in the tick in which the head was read without a sign.
    pub is_head_settled: bool,
    /// Its fold.
    pub fold: Known,
}

impl Entry {
    /// The name without `.jsonl` and `.zst`.
    #[must_use]
    pub fn stem(&self) -> &str {
        let plain = self.name.strip_suffix(".zst").unwrap_or(&self.name);
        plain.strip_suffix(".jsonl").unwrap_or(plain)
    }

    /// Whether it is a `.jsonl.zst`.
    #[must_use]
    pub fn is_compressed(&self) -> bool {
        self.name.ends_with(".zst")
    }

    /// The rollout, as the walk describes it.
    #[must_use]
    pub fn file(&self, directory: &Path) -> RolloutFile {
        RolloutFile {
            path: in_directory(directory, &self.name),
            stem: self.stem().to_owned(),
            archived: self.archived,
            compressed: self.is_compressed(),
            size: self.seen.size,
            modified_ms: self.seen.modified.ms(),
        }
    }

    /// Takes what the system says now, and tells whether that is news. What was learned from other bytes is kept only to
    /// go on from.
    pub fn see(&mut self, now: Identity, is_linked: bool) -> bool {
        self.is_linked = is_linked;
        let is_news = self.seen != now;
        if is_news {
            self.seen = now;
            self.head.outdate();
        }
        is_news
    }

    /// Whether its head has to be read.
    #[must_use]
    pub fn is_headless(&self) -> bool {
        matches!(self.head, Head::Unread | Head::Outdated(_) | Head::Forgotten)
    }

    /// Notes that something may have been written since it was seen.
    pub fn doubt(&mut self) {
        self.is_doubted = true;
        if !self.is_head_settled {
            self.head.outdate();
        }
    }

    /// Whether nothing is known of its records.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        matches!(self.fold, Known::Nothing)
    }

    /// Whether its fold has to be brought up to date.
    #[must_use]
    pub fn is_unfolded(&self) -> bool {
        match &self.fold {
            Known::Nothing => true,
            Known::Folded(kept) => {
                kept.stop.of != self.seen || (self.is_doubted && !kept.stop.settled)
            }
            Known::Broken(broken) => broken.of != self.seen,
        }
    }
}

/// What `join` gives, without the second allocation that it takes for a name behind a path.
fn in_directory(directory: &Path, name: &str) -> PathBuf {
    let mut path = PathBuf::with_capacity(directory.as_os_str().len() + 1 + name.len());
    path.push(directory);
    path.push(name);
    path
}

/// What is known of a rollout's head.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum Head {
    /// It was not read.
    #[default]
    Unread,
    /// It was, but the file has changed since.
    Outdated(Box<HeadFacts>),
    /// There was none, or not all of it was looked at, and the file has changed since.
    Forgotten,
    /// Only where the thread began was looked at.
    Glanced(Arc<str>),
    /// It was read.
    Read(Box<HeadFacts>),
    /// There is none, for this reason.
    Missing(Box<str>),
}

impl Head {
    fn outdate(&mut self) {
        *self = match std::mem::take(self) {
            Self::Read(facts) | Self::Outdated(facts) => Self::Outdated(facts),
            Self::Unread => Self::Unread,
            Self::Glanced(_) | Self::Missing(_) | Self::Forgotten => Self::Forgotten,
        };
    }
}

/// What the head of a rollout says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadFacts {
    /// The thread: the `session_meta`'s id, else the file name's.
    pub thread_id: Arc<str>,
    /// How the thread came to be, as far as its head tells.
    pub kind: ThreadKind,
    /// The thread that it was spawned by or copied from.
    pub parent: Option<Arc<str>>,
    /// Where it began, as Codex wrote it.
    pub cwd: Option<Arc<str>>,
    /// When it began, in milliseconds since 1970.
    pub created_ms: Option<i64>,
    /// The version of Codex that began it.
    pub cli_version: Option<Arc<str>>,
}

packed_fields!(HeadFacts { thread_id, kind, parent, cwd, created_ms, cli_version });

impl Packed for Head {
    fn pack(&self, packer: &mut Packer) {
        match self {
            Self::Unread | Self::Outdated(_) | Self::Forgotten => packer.number(0),
            Self::Glanced(cwd) => {
                packer.number(1);
                packer.text(cwd);
            }
            Self::Read(facts) => {
                packer.number(2);
                facts.pack(packer);
            }
            Self::Missing(reason) => {
                packer.number(3);
                packer.text(reason);
            }
        }
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> Option<Self> {
        Some(match unpacker.number()? {
            0 => Self::Unread,
            1 => Self::Glanced(unpacker.text()?),
            2 => Self::Read(Box::new(HeadFacts::unpack(unpacker)?)),
            3 => Self::Missing(unpacker.text()?.as_ref().into()),
            _ => return None,
        })
    }
}
