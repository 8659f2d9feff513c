//! Looks for rollouts that are moved faster than a home is walked.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::PathBuf;

use crate::index::catalog::tree::Tree;
use crate::rollout::name::RolloutName;

/// The number of times that a rollout is looked for that is in none of the places where it may be. One that was deleted
/// is in none.
const MAX_ROUNDS: usize = 16;

impl Tree {
    /// The directories in which rollouts that went may be: those that they were in, and those for archived ones.
    pub(crate) fn places_of(&self, moved: &[PathBuf], archived: usize) -> Vec<(usize, String)> {
        let places = |path: &PathBuf| {
            let name = path.file_name()?.to_str()?;
            let was_in = *self.by_path.get(path.parent()?)?;
            Some([(was_in, name.to_owned()), (archived, name.to_owned())])
        };
        moved.iter().filter_map(places).flatten().collect()
    }

    /// Asks for rollouts in the places where they may be, until each was met in one of them. One that went from where
    /// it was, and was met, is not [`gone`](Self::gone).
    pub fn follow_moves(&mut self, places: &[(usize, String)]) {
        for _ in 0..MAX_ROUNDS {
            let met = self.met_in(places);
            self.gone.retain(|path| {
                let name = path.file_name().and_then(OsStr::to_str);
                !name.is_some_and(|name| met.contains(stem(name)))
            });
            let is_missing = |(_, name): &&(usize, String)| !met.contains(stem(name));
            let missing: Vec<&(usize, String)> = places.iter().filter(is_missing).collect();
            if missing.is_empty() {
                break;
            }
            for (at, name) in missing {
                self.stat_name(*at, name);
            }
        }
    }

    /// The stems of those that are known to be in one of the places.
    fn met_in<'a>(&mut self, places: &'a [(usize, String)]) -> HashSet<&'a str> {
        let met = places.iter().filter(|(at, name)| self.known(*at, name).is_some());
        met.map(|(_, name)| stem(name)).collect()
    }
}

/// The stem that both forms of a rollout share, uncompressed and compressed.
fn stem(name: &str) -> &str {
    RolloutName::parse(name).map_or(name, |name| name.stem)
}
