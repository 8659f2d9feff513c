//! Decodes the index of a cache file, which [`crate::index::cache::encode`] made.

use std::path::Path;

use crate::codec::{Codec, Decoder};
use crate::fs::file_stamp::FileStamp;
use crate::index::cache::file::canonical;
use crate::index::catalog::entry::{Entry, LastRecord};
use crate::index::catalog::tree::{Directory, Tree};
use crate::index::reading::cached::{Cached, CachedLedger, CachedSummary, LedgerState};
use crate::index::reading::heads::{Head, HeadFacts, Texts, shared};
use crate::index::reading::ledger::Checkpoint;

/// Every file takes so many bytes: what says that there are more files than that is no number of files.
const LEAST_ENTRY: usize = 12;

/// The tree of a home, decoded from an index; `None` when it is of another one. Texts that many rollouts have in common
/// are put into `texts`.
#[must_use]
pub fn decode_tree(index: &[u8], home: &Path, texts: &mut Texts) -> Option<Tree> {
    let decoder = &mut Decoder::new(index);
    if Path::new(&*decoder.text()?) != canonical(home) {
        return None;
    }
    let mut tree = Tree::default();
    for at in 0..usize::decode(decoder)? {
        let directory = directory(decoder, home)?;
        tree.by_path.insert(directory.path.clone(), at);
        tree.directories.push(directory);
    }
    let count = usize::decode(decoder)?;
    tree.files.reserve(count.min(decoder.left() / LEAST_ENTRY));
    for _ in 0..count {
        let mut entry = entry(decoder)?;
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
    (decoder.left() == 0).then_some(tree)
}

fn directory(decoder: &mut Decoder<'_>, home: &Path) -> Option<Directory> {
    Some(Directory {
        path: home.join(str::from_utf8(decoder.raw()?).ok()?),
        archived: bool::decode(decoder)?,
        depth: usize::decode(decoder)?,
        listed: Option::decode(decoder)?,
        is_known: true,
        directories: Vec::decode(decoder)?,
        ..Directory::default()
    })
}

fn entry(decoder: &mut Decoder<'_>) -> Option<Entry> {
    Some(Entry {
        directory: usize::decode(decoder)?,
        name: str::from_utf8(decoder.raw()?).ok()?.into(),
        stamp: FileStamp::decode(decoder)?,
        is_linked: bool::decode(decoder)?,
        is_head_racy: bool::decode(decoder)?,
        head: Head::decode(decoder)?,
        last_record: LastRecord::decode(decoder)?,
        fold: if bool::decode(decoder)? {
            Cached::Folded(Box::new(cached(decoder)?))
        } else {
            Cached::Nothing
        },
        ..Entry::default()
    })
}

fn cached(decoder: &mut Decoder<'_>) -> Option<CachedLedger> {
    Some(CachedLedger {
        checkpoint: Checkpoint::decode(decoder)?,
        last_record_ms: Option::decode(decoder)?,
        summary: CachedSummary::Encoded(decoder.raw()?.into()),
        state: LedgerState::Stored {
            at: decoder.number()?,
            length: decoder.number()?.try_into().ok()?,
            checksum: decoder.number()?.try_into().ok()?,
        },
        provisional: if bool::decode(decoder)? { Some(decoder.raw()?.into()) } else { None },
    })
}
