//! What an earlier process knew of a home, from the bytes that [`crate::index::cache::encode`] made.

use std::path::Path;

use crate::codec::{Packed, Unpacker};
use crate::fs::file_stamp::FileStamp;
use crate::index::cache::place::real;
use crate::index::catalog::entry::{Entry, LastRecord};
use crate::index::catalog::tree::{Directory, Tree};
use crate::index::reading::cached::{Cached, CachedLedger, CachedSummary, LedgerState};
use crate::index::reading::heads::{Head, HeadFacts, Texts, shared};
use crate::index::reading::ledger::Checkpoint;

/// Every file takes so many bytes: what says that there are more files than that is no number of files.
const LEAST_ENTRY: usize = 12;

/// What an index says of a home; `None` when it is of another one. Texts that many rollouts have in common are put into
/// `texts`.
#[must_use]
pub fn recall(index: &[u8], home: &Path, texts: &mut Texts) -> Option<Tree> {
    let unpacker = &mut Unpacker::new(index);
    if Path::new(&*unpacker.text()?) != real(home) {
        return None;
    }
    let mut tree = Tree::default();
    for at in 0..usize::unpack(unpacker)? {
        let directory = directory(unpacker, home)?;
        tree.by_path.insert(directory.path.clone(), at);
        tree.directories.push(directory);
    }
    let count = usize::unpack(unpacker)?;
    tree.files.reserve(count.min(unpacker.left() / LEAST_ENTRY));
    for _ in 0..count {
        let mut entry = entry(unpacker)?;
        if let Head::Read(facts) = &mut entry.head {
            let HeadFacts { parent, cwd, cli_version, .. } = &mut **facts;
            for text in [parent, cwd, cli_version].into_iter().flatten() {
                *text = shared(texts, text);
            }
        }
        let at = entry.directory;
        tree.linked += usize::from(entry.is_linked);
        entry.archived = tree.directories.get(at)?.archived;
        let slot = tree.files.insert(entry);
        tree.directories.get_mut(at)?.files.push(slot);
    }
    (unpacker.left() == 0).then_some(tree)
}

fn directory(unpacker: &mut Unpacker<'_>, home: &Path) -> Option<Directory> {
    Some(Directory {
        path: home.join(str::from_utf8(unpacker.raw()?).ok()?),
        archived: bool::unpack(unpacker)?,
        depth: usize::unpack(unpacker)?,
        listed: Option::unpack(unpacker)?,
        is_known: true,
        directories: Vec::unpack(unpacker)?,
        ..Directory::default()
    })
}

fn entry(unpacker: &mut Unpacker<'_>) -> Option<Entry> {
    Some(Entry {
        directory: usize::unpack(unpacker)?,
        name: str::from_utf8(unpacker.raw()?).ok()?.into(),
        stamp: FileStamp::unpack(unpacker)?,
        is_linked: bool::unpack(unpacker)?,
        is_head_racy: bool::unpack(unpacker)?,
        head: Head::unpack(unpacker)?,
        last_record: LastRecord::unpack(unpacker)?,
        fold: if bool::unpack(unpacker)? {
            Cached::Folded(Box::new(cached(unpacker)?))
        } else {
            Cached::Nothing
        },
        ..Entry::default()
    })
}

fn cached(unpacker: &mut Unpacker<'_>) -> Option<CachedLedger> {
    Some(CachedLedger {
        checkpoint: Checkpoint::unpack(unpacker)?,
        last_record_ms: Option::unpack(unpacker)?,
        summary: CachedSummary::Packed(unpacker.raw()?.into()),
        state: LedgerState::Stored {
            at: unpacker.number()?,
            length: unpacker.number()?.try_into().ok()?,
            checksum: unpacker.number()?.try_into().ok()?,
        },
        provisional: if bool::unpack(unpacker)? { Some(unpacker.raw()?.into()) } else { None },
    })
}
