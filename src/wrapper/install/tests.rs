use std::thread;

use tempfile::TempDir;

use super::*;

const SET: [&str; 5] = [".ao-version", "ao-codex-hook", "ao-metadata-helper.sh", "gh", "git"];

fn options(home: &TempDir) -> Options {
    Options { ao_home: home.path().join(".ao"), node: Some(PathBuf::from("/bin/sh")), force: false }
}

fn home() -> TempDir {
    TempDir::new().unwrap()
}

fn bin(home: &TempDir) -> PathBuf {
    home.path().join(".ao/bin")
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn writes_the_whole_set_private_and_executable() {
    let home = home();
    assert_eq!(install(&options(&home)).unwrap(), Installed::Written);
    assert_eq!(names(&bin(&home)), SET);
    assert_eq!(mode(&bin(&home)), 0o700);
    for name in scripts::NAMES {
        assert_eq!(mode(&bin(&home).join(name)), 0o755);
    }
    let status = status::status(&home.path().join(".ao")).unwrap();
    assert_eq!(status.marker, Some(Marker::Current));
    assert!(status.files.iter().all(|file| file.state == status::FileState::Current));
}

#[test]
fn writes_nothing_when_the_set_is_there() {
    let home = home();
    install(&options(&home)).unwrap();
    let before = bin(&home).join("git").metadata().unwrap().modified().unwrap();
    assert_eq!(install(&options(&home)).unwrap(), Installed::Current);
    assert_eq!(bin(&home).join("git").metadata().unwrap().modified().unwrap(), before);
}

#[test]
fn completes_a_set_with_a_missing_or_unusable_file() {
    let home = home();
    install(&options(&home)).unwrap();
    fs::remove_file(bin(&home).join("gh")).unwrap();
    assert_eq!(install(&options(&home)).unwrap(), Installed::Written);
    fs::set_permissions(bin(&home).join("git"), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(install(&options(&home)).unwrap(), Installed::Written);
    assert_eq!(install(&options(&home)).unwrap(), Installed::Current);
}

#[test]
fn names_the_node_of_today_when_the_one_it_knew_is_gone() {
    let home = home();
    let gone = Options { node: Some("/nonexistent/node".into()), ..options(&home) };
    install(&gone).unwrap();
    assert_eq!(install(&options(&home)).unwrap(), Installed::Written);
    let status = status::status(&home.path().join(".ao")).unwrap();
    assert_eq!(status.node, Some(("/bin/sh".into(), true)));
}

/// A directory that holds a git of somebody's, and their marker.
fn taken(marker: &str) -> TempDir {
    let home = home();
    fs::create_dir_all(bin(&home)).unwrap();
    fs::write(bin(&home).join("git"), "#!/bin/sh\n# theirs\n").unwrap();
    fs::write(bin(&home).join(".ao-version"), marker).unwrap();
    home
}

fn own(home: &TempDir) -> PathBuf {
    home.path().join(".ao/codex/bin")
}

#[test]
fn leaves_a_newer_set_of_ours_unless_forced() {
    let home = taken("@ao/plugin-codex 99.0.0 00");
    assert_eq!(install(&options(&home)).unwrap(), Installed::Left);
    assert_eq!(names(&bin(&home)), [".ao-version", "ao-codex-hook", "git"]);
    assert_eq!(fs::read(bin(&home).join("git")).unwrap(), b"#!/bin/sh\n# theirs\n");
    let forced = Options { force: true, ..options(&home) };
    assert_eq!(install(&forced).unwrap(), Installed::Written);
    assert_eq!(install(&options(&home)).unwrap(), Installed::Current);
}

#[test]
fn stands_beside_the_set_of_another_program() {
    for foreign in ["0.1.1", "0.4.1\n", "0.8.0", "nightly"] {
        let home = taken(foreign);
        let ao_home = home.path().join(".ao");
        assert_eq!(install(&options(&home)).unwrap(), Installed::Written);
        assert_eq!(names(&bin(&home)), [".ao-version", "git"]);
        assert_eq!(fs::read(bin(&home).join("git")).unwrap(), b"#!/bin/sh\n# theirs\n");
        assert_eq!((names(&own(&home)), mode(&own(&home))), (SET.map(str::to_owned).into(), 0o700));
        assert_eq!(install(&options(&home)).unwrap(), Installed::Current);
        let status = status::status(&ao_home).unwrap();
        assert_eq!((status.directory, status.marker), (own(&home), Some(Marker::Current)));
        assert_eq!(status.host, Some(Marker::Foreign(foreign.trim().to_owned())));
        assert_eq!(remove(&ao_home, false, false).unwrap().outcome, Removed::Removed);
        assert_eq!((names(&bin(&home)).len(), names(&own(&home)).len()), (2, 0));
    }
}

#[test]
fn there_is_one_set_whoever_writes_to_the_directory_meanwhile() {
    let home = home();
    install(&options(&home)).unwrap();
    // The host puts its own there, as it does at any time.
    fs::write(bin(&home).join(".ao-version"), "0.8.0").unwrap();
    assert_eq!(install(&options(&home)).unwrap(), Installed::Written);
    assert_eq!(status::directory(&home.path().join(".ao")).unwrap(), own(&home));
    let forced = Options { force: true, ..options(&home) };
    assert_eq!(install(&forced).unwrap(), Installed::Written);
    assert_eq!(status::directory(&home.path().join(".ao")).unwrap(), bin(&home));
    assert_eq!(names(&own(&home)), ["ao-codex-hook", "ao-metadata-helper.sh"]);
}

#[test]
fn a_set_beside_the_shared_one_goes_also_when_the_process_that_had_to_take_it_was_killed() {
    let home = home();
    install(&options(&home)).unwrap();
    fs::create_dir_all(own(&home)).unwrap();
    for name in SET {
        fs::copy(bin(&home).join(name), own(&home).join(name)).unwrap();
    }
    assert_eq!(install(&options(&home)).unwrap(), Installed::Current);
    assert_eq!(names(&own(&home)), ["ao-codex-hook", "ao-metadata-helper.sh"]);
}

#[test]
fn replaces_what_is_older_or_has_no_marker() {
    for old in ["0.1.0", "", "@ao/plugin-codex 0.0.1 00"] {
        let home = home();
        fs::create_dir_all(bin(&home)).unwrap();
        fs::write(bin(&home).join("git"), "#!/bin/sh\n").unwrap();
        fs::write(bin(&home).join(".ao-version"), old).unwrap();
        assert_eq!(install(&options(&home)).unwrap(), Installed::Written);
    }
}

#[test]
fn any_number_of_processes_may_install_at_once() {
    let home = home();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| install(&options(&home)).unwrap());
        }
    });
    assert_eq!(names(&bin(&home)), SET);
    assert_eq!(install(&options(&home)).unwrap(), Installed::Current);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let home = home();
    // A file where a directory is to be fails whoever runs this, root too.
    fs::write(home.path().join(".ao"), "").unwrap();
    let error = install(&options(&home)).unwrap_err().to_string();
    let expected = format!("cannot create wrapper directory {}: ", bin(&home).display());
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn a_file_that_cannot_be_replaced_leaves_a_set_that_is_not_called_complete() {
    let home = home();
    install(&options(&home)).unwrap();
    fs::remove_file(bin(&home).join("git")).unwrap();
    fs::create_dir_all(bin(&home).join("git/x")).unwrap();
    let error = install(&options(&home)).unwrap_err().to_string();
    let expected = format!("cannot install wrapper {}: ", bin(&home).join("git").display());
    assert!(error.starts_with(&expected), "{error}");
    assert_eq!(names(&bin(&home)), SET);
    assert!(!status::status(&home.path().join(".ao")).unwrap().is_usable());
}

#[test]
fn clears_what_killed_processes_left() {
    let home = home();
    install(&options(&home)).unwrap();
    let (left, fresh) = (bin(&home).join(".ao-codex-1-0"), bin(&home).join(".ao-codex-1-1"));
    fs::write(&left, "x").unwrap();
    fs::write(&fresh, "x").unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    fs::File::options().write(true).open(&left).unwrap().set_modified(long_ago).unwrap();
    install(&Options { force: true, ..options(&home) }).unwrap();
    assert_eq!((left.exists(), fresh.exists()), (false, true));
}

#[test]
fn removes_its_own_set_and_nobody_elses() {
    let home = home();
    let ao_home = home.path().join(".ao");
    assert_eq!(remove(&ao_home, false, false).unwrap().outcome, Removed::Absent);
    install(&options(&home)).unwrap();
    fs::write(bin(&home).join("codex"), "mine").unwrap();
    assert_eq!(remove(&ao_home, false, false).unwrap().outcome, Removed::Removed);
    assert_eq!(names(&bin(&home)), ["codex"]);
    fs::write(bin(&home).join("git"), "#!/bin/sh\n# theirs\n").unwrap();
    assert_eq!(remove(&ao_home, false, false).unwrap().outcome, Removed::Absent);
    fs::write(bin(&home).join(".ao-version"), "0.4.1").unwrap();
    assert_eq!(remove(&ao_home, false, false).unwrap().outcome, Removed::Left);
    assert_eq!(names(&bin(&home)), [".ao-version", "codex", "git"]);
    assert_eq!(remove(&ao_home, true, false).unwrap().outcome, Removed::Removed);
    assert_eq!(names(&bin(&home)), ["codex"]);
}

#[test]
fn a_program_that_somebody_put_among_ours_stays() {
    let home = home();
    install(&options(&home)).unwrap();
    let git = b"#!/bin/sh\n# theirs\n";
    fs::write(bin(&home).join("git"), git).unwrap();
    let removed = remove(&home.path().join(".ao"), false, false).unwrap();
    assert_eq!((removed.outcome, removed.left), (Removed::Removed, vec![bin(&home).join("git")]));
    assert_eq!(names(&bin(&home)), ["git"]);
    assert_eq!(fs::read(bin(&home).join("git")).unwrap(), git);
}

#[test]
fn installs_the_hook_beside_whatever_is_there_and_makes_room_for_its_events() {
    for marker in ["", "@ao/plugin-codex 99.0.0 00"] {
        let home = taken(marker);
        let ao_home = home.path().join(".ao");
        let hook = bin(&home).join("ao-codex-hook");
        assert_eq!(install_hook(&ao_home).unwrap(), hook);
        assert_eq!(names(&bin(&home)), [".ao-version", "ao-codex-hook", "git"]);
        assert_eq!((mode(&hook), mode(&ao_home.join(event_files::DIRECTORY))), (0o755, 0o700));
        assert_eq!(fs::read(bin(&home).join("git")).unwrap(), b"#!/bin/sh\n# theirs\n");
        assert_eq!(fs::read_to_string(bin(&home).join(".ao-version")).unwrap(), marker);
    }
}

#[test]
fn replaces_an_older_hook_but_not_a_newer_one_and_nobody_elses() {
    let home = home();
    let ao_home = home.path().join(".ao");
    let hook = install_hook(&ao_home).unwrap();
    let ours = fs::read(&hook).unwrap();
    let other = b"#!/bin/bash -p\n# ao-wrapper: another version\n";
    fs::write(&hook, other).unwrap();
    install_hook(&ao_home).unwrap();
    assert_eq!(fs::read(&hook).unwrap(), ours);
    fs::write(&hook, other).unwrap();
    fs::write(bin(&home).join(".ao-version"), "@ao/plugin-codex 99.0.0 00").unwrap();
    install_hook(&ao_home).unwrap();
    assert_eq!(fs::read(&hook).unwrap(), other);
    fs::write(&hook, "#!/bin/sh\n# theirs\n").unwrap();
    let error = install_hook(&ao_home).unwrap_err().to_string();
    let expected =
        format!("cannot install hook {}: another program's file is there", hook.display());
    assert_eq!(error, expected);
}

#[test]
fn names_somebody_elses_set_also_where_one_of_ours_goes() {
    let home = taken("0.8.0");
    let ao_home = home.path().join(".ao");
    install(&options(&home)).unwrap();
    for is_dry in [true, false] {
        let removal = remove(&ao_home, false, is_dry).unwrap();
        assert_eq!((removal.outcome, removal.left), (Removed::Removed, vec![bin(&home)]));
        assert_eq!(removal.paths.len(), SET.len());
        assert!(removal.paths.iter().all(|path| path.starts_with(ao_home.join("codex/bin"))));
    }
    let removal = remove(&ao_home, false, false).unwrap();
    assert_eq!((removal.outcome, removal.left), (Removed::Left, vec![bin(&home)]));
}

#[test]
fn removes_its_hook_from_beside_somebody_elses_set() {
    let home = home();
    let ao_home = home.path().join(".ao");
    install_hook(&ao_home).unwrap();
    fs::write(bin(&home).join(".ao-version"), "0.4.1").unwrap();
    assert_eq!(remove(&ao_home, false, false).unwrap().outcome, Removed::Left);
    assert_eq!(names(&bin(&home)), [".ao-version"]);
}
