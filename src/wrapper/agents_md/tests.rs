use std::os::unix::fs::symlink;
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use super::*;

fn workspace() -> TempDir {
    TempDir::new().unwrap()
}

fn content(workspace: &TempDir) -> String {
    fs::read_to_string(workspace.path().join(FILE_NAME)).unwrap()
}

fn removed(workspace: &Path) -> bool {
    remove(workspace, &Task::default()).unwrap().is_removed
}

fn git(directory: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"])
        .args(args)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A repository, and a work tree that is linked to it.
fn linked_work_tree(dir: &TempDir) -> (PathBuf, PathBuf) {
    let (main, linked) = (dir.path().join("main"), dir.path().join("linked"));
    fs::create_dir(&main).unwrap();
    git(&main, &["init", "-q"]);
    git(&main, &["commit", "-q", "--allow-empty", "-m", "first"]);
    git(&main, &["worktree", "add", "-q", "-b", "feature", "../linked"]);
    (main, linked)
}

#[test]
fn creates_the_file_and_keeps_it_out_of_commits() {
    let dir = workspace();
    git(dir.path(), &["init", "-q"]);
    assert_eq!(install(dir.path()).unwrap(), Outcome::Created);
    assert_eq!(content(&dir), section("\n", BEGIN));
    assert_eq!(git(dir.path(), &["status", "--porcelain"]), "");
    assert_eq!(install(dir.path()).unwrap(), Outcome::Unchanged);
    assert!(removed(dir.path()));
    assert!(!dir.path().join(FILE_NAME).exists());
    let exclude = fs::read_to_string(dir.path().join(".git/info/exclude")).unwrap();
    assert!(!exclude.contains(FILE_NAME));
}

#[test]
fn excludes_in_the_repository_of_a_linked_work_tree_and_below_its_root() {
    let dir = workspace();
    let (main, linked) = linked_work_tree(&dir);
    fs::create_dir(linked.join("a [b]")).unwrap();
    assert_eq!(install(&linked).unwrap(), Outcome::Created);
    assert_eq!(install(&linked.join("a [b]")).unwrap(), Outcome::Created);
    assert_eq!(git(&linked, &["status", "--porcelain"]), "");
    let exclude = fs::read_to_string(main.join(".git/info/exclude")).unwrap();
    assert!(exclude.ends_with("/AGENTS.md\n# written by @ao/plugin-codex\n/a\\ \\[b]/AGENTS.md\n"));
    // The list is that of all work trees.
    assert_eq!(install(&main).unwrap(), Outcome::Created);
    assert!(removed(&linked));
    assert_eq!(fs::read_to_string(main.join(".git/info/exclude")).unwrap(), exclude);
    assert!(removed(&main));
    let left = exclude.replace("# written by @ao/plugin-codex\n/AGENTS.md\n", "");
    assert_eq!(fs::read_to_string(main.join(".git/info/exclude")).unwrap(), left);
}

/// Does with the file what a person does.
type Change = fn(&Path);

#[test]
fn the_line_of_a_file_that_a_person_took_for_their_own_or_away_goes_too() {
    let changes: [(Change, bool, &str); 4] = [
        (
            |file| fs::write(file, format!("{}\nMine.\n", section("\n", BEGIN))).unwrap(),
            true,
            "?? AGENTS.md\n",
        ),
        (|file| fs::write(file, "Mine.\n").unwrap(), false, "?? AGENTS.md\n"),
        (|file| fs::remove_file(file).unwrap(), false, ""),
        (
            |file| {
                fs::remove_file(file).unwrap();
                fs::create_dir(file).unwrap();
            },
            false,
            "",
        ),
    ];
    for (number, (change, is_removed, status)) in changes.into_iter().enumerate() {
        let dir = workspace();
        git(dir.path(), &["init", "-q"]);
        let list = dir.path().join(".git/info/exclude").canonicalize().unwrap();
        let before = fs::read(&list).unwrap();
        install(dir.path()).unwrap();
        change(&dir.path().join(FILE_NAME));
        let expected = Removal { is_removed, exclude: Some(list.clone()) };
        let dry = Task { is_dry: true, ..Task::default() };
        assert_eq!(remove(dir.path(), &dry).unwrap(), expected, "{number}");
        assert_eq!(remove(dir.path(), &Task::default()).unwrap(), expected, "{number}");
        assert_eq!(fs::read(&list).unwrap(), before, "{number}");
        assert_eq!(git(dir.path(), &["status", "--porcelain"]), status, "{number}");
    }
}

#[test]
fn a_file_of_another_work_tree_that_is_not_ours_needs_no_line() {
    let dir = workspace();
    let (main, linked) = linked_work_tree(&dir);
    let before = fs::read(main.join(".git/info/exclude")).unwrap();
    install(&linked).unwrap();
    fs::write(main.join(FILE_NAME), "# Theirs\n").unwrap();
    assert!(removed(&linked));
    assert_eq!(fs::read(main.join(".git/info/exclude")).unwrap(), before);
}

#[test]
fn a_list_that_we_never_write_to_is_no_reason_to_fail() {
    let dir = workspace();
    git(dir.path(), &["init", "-q"]);
    let list = dir.path().join(".git/info/exclude");
    fs::remove_file(&list).unwrap();
    symlink("nothing", &list).unwrap();
    let nothing = Removal { is_removed: false, exclude: None };
    assert_eq!(remove(dir.path(), &Task::default()).unwrap(), nothing);
    assert!(list.is_symlink());
}

#[test]
fn a_directory_outside_of_any_repository_gets_only_the_file() {
    let dir = workspace();
    assert_eq!(install(dir.path()).unwrap(), Outcome::Created);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn every_byte_that_was_there_stays_and_comes_back() {
    for before in ["# Rules\n", "# Rules", "a\r\nb\r\n", "a\r\nb", "\n\n", "a\r", "a\r\nb\n", ""] {
        let dir = workspace();
        let path = dir.path().join(FILE_NAME);
        fs::write(&path, before).unwrap();
        assert_eq!(install(dir.path()).unwrap(), Outcome::Added);
        let after = content(&dir);
        assert!(after.starts_with(before));
        assert_eq!(after.matches(END).count(), 1);
        assert_eq!(install(dir.path()).unwrap(), Outcome::Unchanged);
        assert!(removed(dir.path()));
        let left = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(left, before);
    }
}

#[test]
fn a_file_with_windows_line_ends_gets_them() {
    let dir = workspace();
    fs::write(dir.path().join(FILE_NAME), "# Rules\r\n").unwrap();
    install(dir.path()).unwrap();
    let content = content(&dir);
    assert_eq!(content.matches('\n').count(), content.matches("\r\n").count());
}

#[test]
fn an_older_section_is_replaced_where_it_is() {
    let dir = workspace();
    let old = format!("# Rules\n\n{BEGIN}\nold text\n{END}\n\nMore rules.\n");
    fs::write(dir.path().join(FILE_NAME), old).unwrap();
    assert_eq!(install(dir.path()).unwrap(), Outcome::Updated);
    let expected = format!("# Rules\n\n{}\nMore rules.\n", section("\n", BEGIN));
    assert_eq!(content(&dir), expected);
    assert!(removed(dir.path()));
    assert_eq!(content(&dir), "# Rules\n\nMore rules.\n");
}

#[test]
fn the_orchestrators_own_section_and_a_damaged_one_are_left() {
    for text in [
        "## Agent Orchestrator (ao) Session\n\nYou are running inside …\n".to_owned(),
        format!("{BEGIN}\nsomebody cut the end away\n"),
    ] {
        let dir = workspace();
        fs::write(dir.path().join(FILE_NAME), &text).unwrap();
        assert_eq!(install(dir.path()).unwrap(), Outcome::Left);
        assert!(!removed(dir.path()));
        assert_eq!(content(&dir), text);
    }
}

#[test]
fn a_link_stays_a_link_and_its_target_keeps_its_mode() {
    let dir = workspace();
    let target = dir.path().join("docs.md");
    fs::write(&target, "# Rules\n").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o664)).unwrap();
    symlink("docs.md", dir.path().join(FILE_NAME)).unwrap();
    assert_eq!(install(dir.path()).unwrap(), Outcome::Added);
    assert!(dir.path().join(FILE_NAME).is_symlink());
    assert_eq!(target.metadata().unwrap().permissions().mode() & 0o7777, 0o664);
    assert!(removed(dir.path()));
    assert_eq!(fs::read(&target).unwrap(), b"# Rules\n");
}

#[test]
fn a_link_to_anything_but_markdown_is_left() {
    let dir = workspace();
    fs::write(dir.path().join("profile"), "export A=1\n").unwrap();
    for target in ["profile", "nothing.md", "/dev/zero", "."] {
        let link = dir.path().join(FILE_NAME);
        symlink(target, &link).unwrap();
        assert_eq!(install(dir.path()).unwrap(), Outcome::Left);
        fs::remove_file(link).unwrap();
    }
    assert_eq!(fs::read(dir.path().join("profile")).unwrap(), b"export A=1\n");
}

#[test]
fn a_link_out_of_the_work_tree_is_left_and_one_within_it_is_not() {
    let dir = workspace();
    let (tree, inner) = (dir.path().join("tree"), dir.path().join("tree/packages/one"));
    fs::create_dir_all(&inner).unwrap();
    git(&tree, &["init", "-q"]);
    for rules in ["outside.md", "tree/rules.md", "tree/.git/rules.md"] {
        fs::write(dir.path().join(rules), "# Rules\n").unwrap();
    }
    for (target, outcome) in [
        ("../../../outside.md", Outcome::Left),
        ("../../.git/rules.md", Outcome::Left),
        ("../../rules.md", Outcome::Added),
    ] {
        symlink(target, inner.join(FILE_NAME)).unwrap();
        assert_eq!(install(&inner).unwrap(), outcome, "{target}");
        assert!(inner.join(FILE_NAME).is_symlink());
        fs::remove_file(inner.join(FILE_NAME)).unwrap();
    }
    for rules in ["outside.md", "tree/.git/rules.md"] {
        assert_eq!(fs::read(dir.path().join(rules)).unwrap(), b"# Rules\n");
    }
}

#[test]
fn a_file_that_cannot_be_excluded_from_commits_is_not_created() {
    type Damage<'a> = &'a dyn Fn(&Path);
    let dir = workspace();
    fs::write(dir.path().join("profile"), "export A=1\n").unwrap();
    let profile = dir.path().join("profile");
    let odd: [(&str, Damage); 8] = [
        ("the list is a link", &|git| replace(&git.join("info/exclude"), &profile)),
        ("the list is a link to nothing", &|git| {
            replace(&git.join("info/exclude"), Path::new("nothing"));
        }),
        ("the list is a FIFO", &|git| {
            fs::remove_file(git.join("info/exclude")).unwrap();
            mkfifo(&git.join("info/exclude"));
        }),
        ("the list is huge", &|git| {
            let list = fs::File::create(git.join("info/exclude")).unwrap();
            list.set_len(1 << 40).unwrap();
        }),
        ("its directory is a link", &|git| {
            fs::rename(git.join("info"), dir.path().join("info")).unwrap();
            symlink(dir.path().join("info"), git.join("info")).unwrap();
        }),
        (".git is a FIFO", &|git| {
            fs::remove_dir_all(git).unwrap();
            mkfifo(git);
        }),
        (".git leads nowhere", &|git| {
            fs::remove_dir_all(git).unwrap();
            fs::write(git, format!("gitdir: {}\n", dir.path().display())).unwrap();
        }),
        (".git is a link to a file", &|git| {
            fs::remove_dir_all(git).unwrap();
            symlink(&profile, git).unwrap();
        }),
    ];
    for (name, make) in odd {
        let tree = dir.path().join(name);
        fs::create_dir(&tree).unwrap();
        git(&tree, &["init", "-q"]);
        make(&tree.join(".git"));
        let error = install(&tree).unwrap_err().to_string();
        assert!(error.contains("/.git"), "{name}: {error}");
        assert!(!tree.join(FILE_NAME).exists(), "{name}");
    }
    assert_eq!(fs::read(profile).unwrap(), b"export A=1\n");
}

#[test]
fn a_commondir_that_does_not_answer_is_no_repository() {
    let dir = workspace();
    let (main, linked) = linked_work_tree(&dir);
    let commondir = main.join(".git/worktrees/linked/commondir");
    fs::remove_file(&commondir).unwrap();
    mkfifo(&commondir);
    let error = install(&linked).unwrap_err().to_string();
    assert!(error.ends_with("commondir: not a regular file"), "{error}");
    assert!(!linked.join(FILE_NAME).exists());
}

#[test]
fn what_a_killed_setup_did_not_exclude_the_next_one_does() {
    let dir = workspace();
    git(dir.path(), &["init", "-q"]);
    fs::write(dir.path().join(FILE_NAME), section("\n", BEGIN)).unwrap();
    assert_eq!(git(dir.path(), &["status", "--porcelain"]), "?? AGENTS.md\n");
    assert_eq!(install(dir.path()).unwrap(), Outcome::Unchanged);
    assert_eq!(git(dir.path(), &["status", "--porcelain"]), "");
}

fn replace(path: &Path, target: &Path) {
    fs::remove_file(path).unwrap();
    symlink(target, path).unwrap();
}

fn mkfifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn many_at_once_add_one_section_and_one_exclude_line() {
    let dir = workspace();
    git(dir.path(), &["init", "-q"]);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| install(dir.path()).unwrap());
        }
    });
    assert_eq!(content(&dir), section("\n", BEGIN));
    let exclude = fs::read_to_string(dir.path().join(".git/info/exclude")).unwrap();
    assert_eq!(exclude.matches("/AGENTS.md\n").count(), 1);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn a_workspace_that_is_not_there_is_an_error_with_its_path() {
    let dir = workspace();
    let error = install(&dir.path().join("gone")).unwrap_err().to_string();
    assert!(error.starts_with("cannot create "), "{error}");
    assert!(error.contains("gone/AGENTS.md: "), "{error}");
}
