//! A Codex home to which anything may happen.

use chrono::DateTime;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use ao_plugin_codex::rollout::codex_home::CodexHome;

/// The events of a home. Numbers choose among what there is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Happening {
    Root,
    CopyingFork(usize),
    PointingFork(usize),
    Subagent(usize),
    Revert(usize),
    Append(usize, u8),
    AppendHalf(usize),
    FinishHalf(usize),
    AppendWithoutNewline(usize),
    Rotate(usize),
    Truncate(usize, u8),
    Replace(usize),
    RewriteInPlace(usize),
    RewriteAndGrow(usize),
    Compress(usize),
    Archive(usize),
    Unarchive(usize),
    Copy(usize),
    Delete(usize),
    SetClock(usize, i32),
    Forbid(usize),
    Block,
    Nothing,
}

/// The home, and what its writers know.
pub(crate) struct World {
    root: tempfile::TempDir,
    born: u64,
    clock_ms: i64,
    blocked: bool,
}

const BEGAN_MS: i64 = 1_767_373_100_000;

impl World {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("sessions")).unwrap();
        Self { root, born: 0, clock_ms: BEGAN_MS, blocked: false }
    }

    pub(crate) fn home(&self) -> CodexHome {
        CodexHome::new(self.root.path())
    }

    pub(crate) fn workspace(at: u64) -> String {
        format!("/home/dev/tree-{}", at % 3)
    }

    /// Every rollout that is there, in an order that only its name decides.
    pub(crate) fn rollouts(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.root.path().to_owned()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    open.push(entry.path());
                } else if entry.file_name().to_string_lossy().contains(".jsonl") {
                    found.push(entry.path());
                }
            }
        }
        found.sort();
        found
    }

    fn pick(&self, at: usize) -> Option<PathBuf> {
        let all = self.rollouts();
        all.get(at % all.len().max(1)).cloned()
    }

    fn pick_plain(&self, at: usize) -> Option<PathBuf> {
        self.pick(at).filter(|path| path.extension().is_some_and(|one| one == "jsonl"))
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each thing that may happen")]
    pub(crate) fn happen(&mut self, happening: Happening) {
        self.clock_ms += 1_000;
        match happening {
            Happening::Root => drop(self.begin("", &[])),
            Happening::CopyingFork(of) => self.copying_fork(of),
            Happening::PointingFork(of) => self.pointing_fork(of),
            Happening::Subagent(of) => {
                let Some(parent) = self.pick(of).map(|path| id_of(&path)) else { return };
                let spawn = format!(
                    r#","source":{{"subagent":{{"thread_spawn":{{"parent_thread_id":"{parent}"}}}}}}"#
                );
                self.begin(&spawn, &[]);
            }
            Happening::Revert(of) => self.revert(of),
            Happening::Append(at, count) => {
                let Some(path) = self.pick_plain(at) else { return };
                let text: String = (0..=count % 4).map(|_| self.turn(&path)).collect();
                append(&path, &text);
            }
            Happening::AppendHalf(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                let text = self.turn(&path);
                append(&path, &text[..text.len() * 2 / 3]);
            }
            Happening::FinishHalf(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                append(&path, "\"}}\n");
            }
            Happening::AppendWithoutNewline(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                let text = self.turn(&path);
                append(&path, text.trim_end());
            }
            Happening::Rotate(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                let text = fs::read_to_string(&path).unwrap_or_default();
                fs::rename(&path, path.with_extension("old")).unwrap();
                fs::write(&path, text.lines().next().unwrap_or_default().to_owned() + "\n")
                    .unwrap();
            }
            Happening::Truncate(at, part) => {
                let Some(path) = self.pick_plain(at) else { return };
                let file = OpenOptions::new().write(true).open(&path).unwrap();
                let length = file.metadata().unwrap().len();
                file.set_len(length * u64::from(part) / 256).unwrap();
            }
            Happening::Replace(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                let other = self.meta(&id_of(&path), "") + &self.turn(&path);
                fs::write(path.with_extension("new"), other).unwrap();
                fs::rename(path.with_extension("new"), &path).unwrap();
            }
            Happening::RewriteInPlace(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                rewrite(&path);
            }
            Happening::RewriteAndGrow(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                rewrite(&path);
                let text = self.turn(&path);
                append(&path, &text);
            }
            Happening::Compress(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                let packed = zstd::encode_all(&fs::read(&path).unwrap()[..], 1).unwrap();
                let time = fs::metadata(&path).unwrap().modified().unwrap();
                let to = path.with_extension("jsonl.zst");
                fs::write(path.with_extension("tmp"), packed).unwrap();
                fs::rename(path.with_extension("tmp"), &to).unwrap();
                File::options().write(true).open(&to).unwrap().set_modified(time).unwrap();
                fs::remove_file(path).unwrap();
            }
            Happening::Archive(at) => {
                let Some(path) = self.pick(at) else { return };
                let to = self.root.path().join("archived_sessions");
                fs::create_dir_all(&to).unwrap();
                let _ = fs::rename(&path, to.join(path.file_name().unwrap()));
            }
            Happening::Unarchive(at) => {
                let Some(path) = self.pick(at) else { return };
                let to = self.root.path().join("sessions/2026/01/02");
                fs::create_dir_all(&to).unwrap();
                let _ = fs::rename(&path, to.join(path.file_name().unwrap()));
            }
            Happening::Copy(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                self.born += 1;
                let name = format!("copy-{}.jsonl", self.born);
                let to = self.root.path().join("sessions").join(name);
                fs::copy(&path, &to).unwrap();
                // Of two alike the one that was written last counts: they must not be alike in that.
                date(&to, self.clock_ms);
            }
            Happening::Delete(at) => {
                let Some(path) = self.pick(at) else { return };
                fs::remove_file(path).unwrap();
            }
            Happening::SetClock(at, hours) => {
                let Some(path) = self.pick(at) else { return };
                date(&path, self.clock_ms + i64::from(hours) * 3_600_000);
            }
            Happening::Forbid(at) => {
                let Some(path) = self.pick_plain(at) else { return };
                fs::write(path.with_extension("jsonl.zst"), "no frame").unwrap();
            }
            Happening::Block => {
                let path = self.root.path().join("sessions/2026/blocked.jsonl");
                self.blocked = !self.blocked;
                if self.blocked {
                    fs::create_dir_all(path).unwrap();
                } else {
                    let _ = fs::remove_dir(path);
                }
            }
            Happening::Nothing => {}
        }
    }

    /// The user and the model say something, the last words without an end.
    #[cfg(unix)]
    pub(crate) fn say(&self, text: &str) {
        for path in self.rollouts() {
            let message = format!(r#"{{"type":"message","role":"user","content":"{text}"}}"#);
            append(&path, &format!("\n{}", self.line("response_item", 90, &message)));
            let event = format!(r#"{{"type":"user_message","message":"{text}"}}"#);
            append(&path, &self.line("event_msg", 91, &event));
            append(&path, self.line("event_msg", 92, &event).trim_end());
        }
    }

    /// A new rollout, dated by the clock of the world.
    fn begin(&mut self, facts: &str, copied: &[String]) -> PathBuf {
        let path = self.new_path();
        let mut text = self.meta(&id_of(&path), facts);
        for line in copied {
            text.push_str(line);
            text.push('\n');
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
        let turn = self.turn(&path);
        append(&path, &turn);
        date(&path, self.clock_ms);
        path
    }

    fn new_path(&mut self) -> PathBuf {
        self.born += 1;
        let id = id(self.clock_ms, self.born);
        let day = self.born % 3 + 1;
        let name = format!("rollout-2026-01-02T16-58-23-{id}.jsonl");
        self.root.path().join(format!("sessions/2026/01/0{day}")).join(name)
    }

    /// The fork of a time in which turns had no ids: it repeats its parent's records.
    fn copying_fork(&mut self, of: usize) {
        let Some(parent) = self.pick_plain(of) else { return };
        let text = fs::read_to_string(&parent).unwrap_or_default();
        let copied: Vec<String> = text.lines().map(str::to_owned).collect();
        self.begin("", &copied);
    }

    /// The fork of a later time: it points to where its parent's history was cut.
    fn pointing_fork(&mut self, of: usize) {
        let Some(parent) = self.pick_plain(of) else { return };
        let text = fs::read_to_string(&parent).unwrap_or_default();
        let (id, cut) = (id_of(&parent), text.lines().count() * 2 / 3);
        let facts = format!(
            r#","forked_from_id":"{id}","history_base":{{"thread_id":"{id}","end_ordinal_exclusive":{cut}}}"#
        );
        self.begin(&facts, &[]);
    }

    /// A thread that was reverted goes on in another file.
    fn revert(&mut self, of: usize) {
        let Some(before) = self.pick_plain(of) else { return };
        let thread = id_of(&before);
        if !before.to_string_lossy().contains("rollout-") {
            return;
        }
        self.born += 1;
        let segment = id(self.clock_ms, self.born);
        let name = format!("rollout-2026-01-02T16-58-23-{thread}_{segment}.jsonl");
        let path = self.root.path().join("sessions/2026/01/01").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let facts =
            format!(r#","history_base":{{"thread_id":"{thread}","end_ordinal_exclusive":4}}"#);
        fs::write(&path, self.meta(&thread, &facts)).unwrap();
        let turn = self.turn(&path);
        append(&path, &turn);
        date(&path, self.clock_ms);
    }

    fn meta(&self, id: &str, facts: &str) -> String {
        let cwd = Self::workspace(self.born);
        let payload =
            format!(r#"{{"id":"{id}","timestamp":"2026-01-02T16:58:23Z","cwd":"{cwd}"{facts}}}"#);
        self.line("session_meta", 0, &payload)
    }

    /// One response, with the counter as the text before it leaves it.
    fn turn(&mut self, path: &Path) -> String {
        self.clock_ms += 7;
        let text = fs::read_to_string(path).unwrap_or_default();
        let ordinal = text.lines().count();
        let used = 10 + (ordinal as u64 * 7 + self.born) % 90;
        let total = used + last_total(&text);
        let cwd = Self::workspace(used);
        let context = format!(r#"{{"cwd":"{cwd}","model":"gpt-5.{}"}}"#, used % 2);
        let usage = |count: u64| {
            format!(
                r#"{{"input_tokens":{count},"cached_input_tokens":0,"output_tokens":0,"reasoning_output_tokens":0,"total_tokens":{count}}}"#
            )
        };
        let count = format!(
            r#"{{"type":"token_count","info":{{"total_token_usage":{},"last_token_usage":{}}}}}"#,
            usage(total),
            usage(used)
        );
        let message = r#"{"type":"message","role":"assistant","content":[]}"#;
        self.line("turn_context", ordinal, &context)
            + &self.line("response_item", ordinal + 1, message)
            + &self.line("event_msg", ordinal + 2, &count)
    }

    fn line(&self, kind: &str, ordinal: usize, payload: &str) -> String {
        let at = DateTime::from_timestamp_millis(self.clock_ms).unwrap().format("%FT%T%.3fZ");
        format!(r#"{{"timestamp":"{at}","ordinal":{ordinal},"type":"{kind}","payload":{payload}}}"#)
            + "\n"
    }
}

fn id(ms: i64, number: u64) -> String {
    // Not of version 7: nothing is told from the time in it.
    format!("{:08x}-{:04x}-4000-8000-{number:012x}", ms >> 16, ms & 0xffff)
}

fn id_of(path: &Path) -> String {
    let name = path.file_name().unwrap().to_str().unwrap();
    let stem = name.split(".jsonl").next().unwrap();
    let id = stem.get("rollout-2026-01-02T16-58-23-".len()..).unwrap_or(stem);
    id.split('_').next().unwrap().to_owned()
}

fn last_total(text: &str) -> u64 {
    let Some(at) = text.rfind(r#""total_token_usage":{"input_tokens":"#) else { return 0 };
    let digits = text[at..].trim_start_matches(|one: char| !one.is_ascii_digit());
    let end = digits.find(|one: char| !one.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().unwrap_or(0)
}

fn date(path: &Path, ms: i64) {
    let time = UNIX_EPOCH + Duration::from_millis(ms.unsigned_abs());
    File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

/// Other bytes, as many as before, and the time that it had.
fn rewrite(path: &Path) {
    let file = OpenOptions::new().write(true).open(path).unwrap();
    let time = file.metadata().unwrap().modified().unwrap();
    let text = fs::read(path).unwrap();
    let digits = |byte: &u8| match byte {
        b'1' => b'2',
        b'2' => b'1',
        other => *other,
    };
    let other: Vec<u8> = text.iter().map(digits).collect();
    (&file).write_all(&other).unwrap();
    file.set_modified(time).unwrap();
}
