//! The file in which a home is remembered, damaged in every way: never a wrong answer.

use std::fs;
use std::path::{Path, PathBuf};

use ao_plugin_codex::index::home::HomeStore;
use ao_plugin_codex::index::query::bill::bill;
use ao_plugin_codex::index::query::threads::threads;
use ao_plugin_codex::index::reading::progress::Watch;

use crate::fresh;
use crate::world::{Happening, World};

/// A small home, and the file that remembers it.
fn remembered() -> (World, tempfile::TempDir, PathBuf) {
    let mut world = World::new();
    for happening in [Happening::Root, Happening::CopyingFork(0), Happening::PointingFork(0)] {
        world.happen(happening);
    }
    world.happen(Happening::AppendWithoutNewline(1));
    let cache = tempfile::tempdir().unwrap();
    let store = store(&world, cache.path());
    bill(&store, &Watch::default()).unwrap();
    threads(&store).unwrap();
    assert!(store.save());
    let mut files = fs::read_dir(cache.path()).unwrap();
    let path = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none());
    (world, cache, path)
}

fn store(world: &World, cache: &Path) -> HomeStore {
    HomeStore::new(world.home(), Some(cache.to_owned()))
}

#[test]
fn every_single_byte_that_is_another_is_noticed() {
    let (mut world, cache, path) = remembered();
    let whole = fs::read(&path).unwrap();
    // Appended to, so that the folds are gone on with.
    world.happen(Happening::Append(0, 1));
    world.happen(Happening::Append(1, 1));
    let expected = fresh::bill(&world.home());
    for at in 0..whole.len() {
        let flips = [1, 0x80, 0xff];
        let chosen = if crate::is_full() { &flips[..] } else { &flips[at % 3..=at % 3] };
        for flip in chosen {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            fs::write(&path, damaged).unwrap();
            let bill = bill(&store(&world, cache.path()), &Watch::default()).unwrap();
            assert_eq!(bill, expected, "byte {at}");
        }
    }
}

#[test]
fn every_length_that_is_another_is_noticed() {
    let (mut world, cache, path) = remembered();
    let whole = fs::read(&path).unwrap();
    world.happen(Happening::Append(0, 1));
    let expected = fresh::bill(&world.home());
    let longer = [&whole[..], &[0]].concat();
    for text in (0..whole.len()).map(|end| &whole[..end]).chain([longer.as_slice()]) {
        fs::write(&path, text).unwrap();
        let bill = bill(&store(&world, cache.path()), &Watch::default()).unwrap();
        assert_eq!(bill, expected, "{} bytes", text.len());
    }
}

#[test]
fn what_cannot_be_written_only_makes_the_next_start_colder() {
    let (world, cache, path) = remembered();
    let expected = fresh::bill(&world.home());
    let in_its_place = path;
    fs::remove_file(&in_its_place).unwrap();
    fs::create_dir(&in_its_place).unwrap();
    let file = cache.path().join("file");
    fs::write(&file, "").unwrap();
    for directory in [cache.path().to_owned(), file, PathBuf::from("/proc/none")] {
        let store = HomeStore::new(world.home(), Some(directory));
        assert_eq!(bill(&store, &Watch::default()).unwrap(), expected);
        assert!(!store.save());
        assert_eq!(bill(&store, &Watch::default()).unwrap(), expected);
    }
}

#[test]
fn the_file_of_another_home_is_nobodys() {
    let (world, cache, path) = remembered();
    let mut other = World::new();
    other.happen(Happening::Root);
    let store = store(&other, cache.path());
    assert_eq!(bill(&store, &Watch::default()).unwrap(), fresh::bill(&other.home()));
    assert!(store.save());
    let others = fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path());
    let others = others.filter(|one| *one != path).collect::<Vec<_>>();
    fs::copy(&others[0], &path).unwrap();
    let again = HomeStore::new(world.home(), Some(cache.path().to_owned()));
    assert_eq!(bill(&again, &Watch::default()).unwrap(), fresh::bill(&world.home()));
}

#[cfg(unix)]
#[test]
fn the_file_is_the_users_alone_and_holds_nothing_that_was_said() {
    use std::os::unix::fs::PermissionsExt;
    let (world, cache, _) = remembered();
    world.say("the secret plan");
    let directory = cache.path().join("new/deeper");
    let store = HomeStore::new(world.home(), Some(directory.clone()));
    bill(&store, &Watch::default()).unwrap();
    threads(&store).unwrap();
    assert!(store.save());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    let path = fs::read_dir(&directory).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode(&path), 0o600);
    let bytes = fs::read(path).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"secret"));
}
