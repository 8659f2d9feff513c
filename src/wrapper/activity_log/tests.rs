use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use tempfile::TempDir;

use super::*;

fn at() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_795_852_800_007)
}

fn noted(workspace: &Path, state: &str, trigger: Option<&str>) -> Outcome {
    note(workspace, state, trigger, at()).unwrap()
}

fn begun(workspace: &Path) -> Outcome {
    begin(workspace, at()).unwrap()
}

fn dry() -> Task {
    Task { is_dry: true, ..Task::default() }
}

fn removed(workspace: &Path) -> bool {
    remove(workspace, &Task::default()).unwrap().is_removed
}

/// Lets another program append.
fn written(workspace: &Path, text: &str) {
    let mut file = fs::OpenOptions::new().append(true).open(workspace.join(PATH)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn text(workspace: &Path) -> String {
    fs::read_to_string(workspace.join(PATH)).unwrap()
}

fn repository() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path().join("tree");
    fs::create_dir(&top).unwrap();
    git(&top, &["init", "-q"]);
    (dir, top)
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(directory).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn mkfifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_note_is_a_line_in_the_hosts_form_and_git_does_not_see_it() {
    let (_dir, top) = repository();
    assert_eq!(noted(&top, "waiting_input", Some("Codex asks")), Outcome::Noted);
    assert_eq!(noted(&top, "active", None), Outcome::Noted);
    assert_eq!(
        text(&top),
        "{\"ts\":\"2026-11-28T08:00:00.007Z\",\"state\":\"waiting_input\",\"source\":\"hook\",\"plugin\":\"@ao/plugin-codex\",\"trigger\":\"Codex asks\"}\n\
         {\"ts\":\"2026-11-28T08:00:00.007Z\",\"state\":\"active\",\"source\":\"hook\",\"plugin\":\"@ao/plugin-codex\"}\n"
    );
    assert_eq!(git(&top, &["status", "--porcelain"]), "");
}

#[test]
fn the_log_is_begun_anew_when_it_grows_and_at_a_launch() {
    let (_dir, top) = repository();
    let reason = "é".repeat(1_000);
    for _ in 0..200 {
        noted(&top, "blocked", Some(&reason));
        assert!(fs::metadata(top.join(PATH)).unwrap().len() <= 32 * 1024);
        let last = text(&top);
        let last: serde_json::Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
        assert_eq!(last["trigger"].as_str().unwrap().chars().count(), MAX_TRIGGER);
    }
    assert_eq!(begun(&top), Outcome::Noted);
    assert_eq!(text(&top), "");
    assert_eq!(git(&top, &["status", "--porcelain"]), "");
    assert_eq!(fs::read_dir(top.join(".ao")).unwrap().count(), 1);
}

#[test]
fn a_workspace_in_no_repository_has_a_log_too_and_one_that_is_gone_has_none() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(noted(dir.path(), "blocked", None), Outcome::Noted);
    assert!(note(&dir.path().join("gone"), "blocked", None, at()).is_err());
    assert!(begin(&dir.path().join("gone"), at()).is_err());
    assert!(!dir.path().join("gone").exists());
}

/// Puts something into the log's place that leads to `victim` or is no file.
type Plant = fn(&Path, &Path);

#[test]
fn nothing_is_written_through_a_link_or_into_anything_but_a_file_of_one_name() {
    let plants: [Plant; 7] = [
        |top, victim| {
            fs::create_dir(top.join(".ao")).unwrap();
            symlink(victim, top.join(PATH)).unwrap();
        },
        |top, victim| symlink(victim.parent().unwrap(), top.join(".ao")).unwrap(),
        |top, victim| {
            fs::create_dir(top.join(".ao")).unwrap();
            fs::hard_link(victim, top.join(PATH)).unwrap();
        },
        |top, victim| {
            fs::create_dir(top.join(".ao")).unwrap();
            symlink(victim.with_file_name("new"), top.join(PATH)).unwrap();
        },
        |top, _| fs::create_dir_all(top.join(PATH)).unwrap(),
        |top, _| fs::write(top.join(".ao"), "a file").unwrap(),
        |top, _| {
            fs::create_dir(top.join(".ao")).unwrap();
            mkfifo(&top.join(PATH));
        },
    ];
    for (number, plant) in plants.into_iter().enumerate() {
        let (dir, top) = repository();
        let elsewhere = dir.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        let victim = elsewhere.join("activity.jsonl");
        fs::write(&victim, "mine\n").unwrap();
        plant(&top, &victim);
        assert_eq!(noted(&top, "blocked", None), Outcome::Left, "plant {number}");
        assert_eq!(begun(&top), Outcome::Left, "plant {number}");
        assert!(!removed(&top), "plant {number}");
        assert_eq!(fs::read_to_string(&victim).unwrap(), "mine\n", "plant {number}");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 1, "plant {number}");
    }
}

#[test]
fn a_planted_unfinished_file_is_replaced_and_not_followed() {
    let (dir, top) = repository();
    let victim = dir.path().join("victim");
    fs::write(&victim, "mine\n").unwrap();
    fs::create_dir(top.join(".ao")).unwrap();
    symlink(&victim, top.join(".ao/activity.jsonl.new")).unwrap();
    assert_eq!(noted(&top, "blocked", None), Outcome::Noted);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine\n");
    assert!(text(&top).contains("blocked"));
}

#[test]
fn what_is_taken_away_is_the_log_and_what_was_noted_of_it() {
    let (_dir, top) = repository();
    let list = top.join(".git/info/exclude").canonicalize().unwrap();
    let before = fs::read(&list).unwrap();
    noted(&top, "blocked", None);
    let with = fs::read(&list).unwrap();
    let expected = Removal { is_removed: true, exclude: Some(list.clone()) };
    assert_eq!(remove(&top, &dry()).unwrap(), expected);
    assert!(top.join(PATH).exists());
    assert_eq!(fs::read(&list).unwrap(), with);
    assert_eq!(remove(&top, &Task::default()).unwrap(), expected);
    assert!(!top.join(".ao").exists());
    assert_eq!(fs::read(&list).unwrap(), before);
    let nothing = Removal { is_removed: false, exclude: None };
    assert_eq!(remove(&top, &Task::default()).unwrap(), nothing);

    noted(&top, "blocked", None);
    fs::write(top.join(".ao/theirs"), "").unwrap();
    assert!(removed(&top));
    assert!(top.join(".ao/theirs").exists());
}

#[test]
fn the_line_of_a_log_that_is_gone_is_taken_away_too() {
    let plants: [fn(&Path); 3] = [
        |top| fs::remove_file(top.join(PATH)).unwrap(),
        |top| fs::remove_dir_all(top.join(".ao")).unwrap(),
        |top| fs::write(top.join(PATH), "{\"source\":\"terminal\"}\n").unwrap(),
    ];
    for (number, plant) in plants.into_iter().enumerate() {
        let (_dir, top) = repository();
        let list = top.join(".git/info/exclude").canonicalize().unwrap();
        let before = fs::read(&list).unwrap();
        noted(&top, "blocked", None);
        plant(&top);
        let expected = Removal { is_removed: false, exclude: Some(list.clone()) };
        assert_eq!(remove(&top, &dry()).unwrap(), expected, "plant {number}");
        assert_eq!(remove(&top, &Task::default()).unwrap(), expected, "plant {number}");
        assert_eq!(fs::read(&list).unwrap(), before, "plant {number}");
    }
}

#[test]
fn the_lines_of_others_stay_as_they_are() {
    let theirs = [
        "{\"source\":\"terminal\"}\n",
        "{\"source\":\"hook\",\"state\":\"active\"}\n",
        "{\"source\":\"hook\",\"plugin\":\"@ao/plugin-other\"}\n",
        "text\n",
        "[1]\n",
        "no end",
    ];
    for theirs in theirs {
        let (_dir, top) = repository();
        noted(&top, "active", None);
        written(&top, theirs);
        assert_eq!(begun(&top), Outcome::Noted);
        assert!(text(&top).ends_with(theirs), "{theirs}");
        noted(&top, "blocked", None);
        assert_eq!(text(&top).lines().count(), 3, "{theirs}");
        assert!(
            text(&top)
                .ends_with("\"blocked\",\"source\":\"hook\",\"plugin\":\"@ao/plugin-codex\"}\n")
        );
        for _ in 0..200 {
            noted(&top, "blocked", Some(&"x".repeat(1_000)));
            assert!(fs::metadata(top.join(PATH)).unwrap().len() <= 32 * 1024);
        }
        assert_eq!(text(&top).lines().next(), theirs.lines().next(), "{theirs}");
        assert!(removed(&top));
        assert_eq!(text(&top).trim_end(), theirs.trim_end());
    }
}

#[test]
fn a_need_from_before_a_launch_is_not_the_last_word_of_a_log_that_others_write_too() {
    for need in ["waiting_input", "blocked"] {
        let (_dir, top) = repository();
        noted(&top, "active", None);
        written(&top, "{\"state\":\"active\",\"source\":\"terminal\"}\n");
        noted(&top, need, Some("why"));
        let before = text(&top);
        assert_eq!(begun(&top), Outcome::Noted);
        let added = text(&top).strip_prefix(&before).unwrap().to_owned();
        let added: serde_json::Value = serde_json::from_str(&added).unwrap();
        assert_eq!(added["state"], "active");
    }
}

#[test]
fn a_log_that_is_longer_than_anybody_keeps_is_left() {
    let (_dir, top) = repository();
    noted(&top, "active", None);
    written(&top, &"{\"source\":\"terminal\"}\n".repeat(50_000));
    let before = text(&top);
    assert_eq!(noted(&top, "blocked", None), Outcome::Left);
    assert_eq!(begun(&top), Outcome::Left);
    assert!(!removed(&top));
    assert_eq!(text(&top), before);
}

#[test]
fn a_list_that_work_trees_share_keeps_its_line_while_one_of_them_has_a_log_of_ours() {
    let (dir, top) = repository();
    git(
        &top,
        &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
    );
    let tree = dir.path().join("linked");
    git(&top, &["worktree", "add", "-q", "-b", "b", tree.to_str().unwrap()]);
    let list = top.join(".git/info/exclude").canonicalize().unwrap();
    let before = fs::read(&list).unwrap();
    for workspace in [&top, &tree] {
        assert_eq!(begun(workspace), Outcome::Noted);
    }
    let both = [top.clone(), tree.clone()];
    let exclude = |workspace: &Path, is_dry: bool, besides: &[PathBuf]| {
        remove(workspace, &Task { is_dry, besides: besides.to_vec() }).unwrap().exclude
    };
    assert_eq!(exclude(&top, true, &[]), None);
    assert_eq!(exclude(&top, true, &both), Some(list.clone()));
    assert_eq!(exclude(&top, false, &[]), None);
    assert_eq!(git(&tree, &["status", "--porcelain"]), "");
    assert_eq!(exclude(&tree, false, &[]), Some(list.clone()));
    assert_eq!(fs::read(&list).unwrap(), before);
}

#[test]
fn a_list_of_git_that_is_a_link_or_none_of_gits_lets_no_log_begin() {
    let (dir, top) = repository();
    let profile = dir.path().join("profile");
    fs::write(&profile, "mine\n").unwrap();
    let list = top.join(".git/info/exclude");
    fs::remove_file(&list).unwrap();
    symlink(&profile, &list).unwrap();
    assert_eq!(noted(&top, "blocked", None), Outcome::Left);
    assert_eq!(begun(&top), Outcome::Left);
    assert_eq!(fs::read_to_string(&profile).unwrap(), "mine\n");
    fs::remove_file(&list).unwrap();
    mkfifo(&list);
    assert_eq!(noted(&top, "blocked", None), Outcome::Left);
    assert!(!top.join(PATH).exists());
}

#[test]
fn sessions_that_start_at_once_are_all_kept_out_of_commits() {
    let (dir, top) = repository();
    git(
        &top,
        &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
    );
    let trees: Vec<PathBuf> =
        (0..6).map(|number| dir.path().join(format!("tree-{number}"))).collect();
    for (number, tree) in trees.iter().enumerate() {
        fs::create_dir(top.join(format!("sub-{number}"))).unwrap();
        git(&top, &["worktree", "add", "-q", "-b", &format!("b{number}"), tree.to_str().unwrap()]);
    }
    std::thread::scope(|scope| {
        for number in 0..6 {
            let top = &top;
            scope.spawn(move || {
                assert_eq!(begun(&top.join(format!("sub-{number}"))), Outcome::Noted);
            });
        }
        for tree in &trees {
            scope.spawn(|| assert_eq!(begun(tree), Outcome::Noted));
            scope.spawn(|| crate::wrapper::agents_md::install(tree).unwrap());
        }
    });
    for tree in trees.iter().chain([&top]) {
        assert_eq!(git(tree, &["status", "--porcelain"]), "", "{}", tree.display());
    }
}
