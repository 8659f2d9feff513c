//! A thread in a few words: its name where Codex gave it one, else the first line that a person wrote in it.

use std::collections::HashMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use serde::Deserialize;
use serde_json::Value;

use crate::fs::file_stamp::{FileStamp, Timestamp};
use crate::fs::open::open_rollout;
use crate::index::lru::{Lru, locked};
use crate::rollout::zstd::Decompressed;
use crate::session::own_thread::SessionThread;

/// The names that Codex gave threads, in its home.
const NAMES: &str = "session_index.jsonl";

/// Names are appended, so that the newest stand in so many bytes at the end.
const NAMES_CAP: u64 = 256 * 1024;

/// The first prompt stands behind the instructions of Codex and of the repository, within so many bytes.
const HEAD_CAP: u64 = 256 * 1024;

/// The number of homes whose names are remembered.
const MAX_HOMES: usize = 8;

/// The number of threads whose first prompts are remembered: an orchestrator has some hundred sessions.
const MAX_PROMPTS: usize = 1024;

/// A line is cut after so many characters: a column of a dashboard shows a tenth of it.
const MAX_LINE: usize = 1_000;

/// The text in front of a prompt of the orchestrator.
const BY_HOST: &str = "You are an AI coding agent managed by the Agent Orchestrator";

/// The heading of the part of it that a person wrote.
const OWN_WORDS: &str = "\n## Additional Instructions\n";

/// The heading of the task, where it has no such part.
const TASK: &str = "## Task";

/// Names by the ids of threads.
pub(crate) type Names = HashMap<String, Arc<str>>;

type NamesByHome = Lru<PathBuf, (FileStamp, Arc<Names>)>;

static KNOWN_NAMES: LazyLock<Mutex<NamesByHome>> =
    LazyLock::new(|| Mutex::new(Lru::new(MAX_HOMES)));

static PROMPTS: LazyLock<Mutex<Lru<PathBuf, Prompt>>> =
    LazyLock::new(|| Mutex::new(Lru::new(MAX_PROMPTS)));

/// The first prompt of a thread.
#[derive(Debug, Clone)]
enum Prompt {
    /// It was found, and stays the first.
    Found(Arc<str>),
    /// There was none in the rollout of this stamp.
    None(FileStamp),
}

/// The names in a Codex home, read again when the file has changed.
pub(crate) fn names_in(codex_home: &Path) -> Arc<Names> {
    let path = codex_home.join(NAMES);
    let began = Timestamp::now();
    let Ok(found) = fs::symlink_metadata(&path) else { return Arc::default() };
    let stamp = FileStamp::of(&found);
    let known = locked(&KNOWN_NAMES).peek(&path).filter(|(known, _)| *known == stamp).cloned();
    if let Some((_, names)) = known {
        return names;
    }
    // One that cannot be read now may be the next time.
    let Some(tail) = tail_of(&path) else { return Arc::default() };
    let names = Arc::new(parse_names(&tail));
    if !stamp.is_racy(began) {
        locked(&KNOWN_NAMES).put(path, (stamp, Arc::clone(&names)));
    }
    names
}

/// The last name of each thread counts.
fn parse_names(text: &[u8]) -> Names {
    #[derive(Deserialize)]
    struct Line {
        id: String,
        thread_name: String,
    }
    let lines = text.split(|byte| *byte == b'\n');
    // A line that was cut, or is none, is passed over.
    let lines = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    lines.filter_map(|Line { id, thread_name }| Some((id, first_line(&thread_name)?))).collect()
}

fn tail_of(path: &Path) -> Option<Vec<u8>> {
    let (mut file, metadata) = open_rollout(path).ok()?;
    file.seek(SeekFrom::Start(metadata.len().saturating_sub(NAMES_CAP))).ok()?;
    let mut text = Vec::new();
    file.take(NAMES_CAP).read_to_end(&mut text).ok()?;
    Some(text)
}

/// The summary of a thread of this home; `None` where nobody has said anything yet.
#[must_use]
pub fn title_of(thread: &SessionThread, codex_home: &Path) -> Option<Arc<str>> {
    summary_of(thread, &names_in(codex_home))
}

/// The summary of a thread; `None` where nobody has said anything yet.
pub(crate) fn summary_of(thread: &SessionThread, names: &Names) -> Option<Arc<str>> {
    names.get(&thread.thread_id).cloned().or_else(|| first_prompt(&thread.rollout_path))
}

fn first_prompt(rollout: &Path) -> Option<Arc<str>> {
    let key = rollout.to_owned();
    let known = locked(&PROMPTS).peek(&key).cloned();
    if let Some(Prompt::Found(prompt)) = known {
        return Some(prompt);
    }
    let began = Timestamp::now();
    let stamp = FileStamp::of(&fs::symlink_metadata(rollout).ok()?);
    if matches!(known, Some(Prompt::None(before)) if before == stamp) {
        return None;
    }
    // One that cannot be read now may be the next time.
    let prompt = prompt_in(&head_of(rollout)?);
    let learned = prompt.clone().map_or(Prompt::None(stamp), Prompt::Found);
    if prompt.is_some() || !stamp.is_racy(began) {
        locked(&PROMPTS).put(key, learned);
    }
    prompt
}

fn head_of(rollout: &Path) -> Option<Vec<u8>> {
    let (file, metadata) = open_rollout(rollout).ok()?;
    let mut text = Vec::new();
    if rollout.extension().is_some_and(|extension| extension == "zst") {
        let plain = Decompressed::new(file, metadata.len()).ok()?;
        plain.take(HEAD_CAP).read_to_end(&mut text).ok()?;
    } else {
        file.take(HEAD_CAP).read_to_end(&mut text).ok()?;
    }
    Some(text)
}

/// The first line of the first message that a person wrote.
fn prompt_in(text: &[u8]) -> Option<Arc<str>> {
    let records = text.split(|byte| *byte == b'\n');
    let records = records.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let messages = records.filter_map(|record| message_in(&record).map(str::to_owned));
    messages.filter(|text| !is_by_codex(text)).find_map(|text| first_line(own_words(&text)?))
}

fn message_in(record: &Value) -> Option<&str> {
    let payload = record.get("payload")?;
    let is = |key: &str, value: &str| payload.get(key).and_then(Value::as_str) == Some(value);
    match record.get("type")?.as_str()? {
        "event_msg" if is("type", "user_message") => payload.get("message")?.as_str(),
        "response_item" if is("type", "message") && is("role", "user") => {
            payload.get("content")?.get(0)?.get("text")?.as_str()
        }
        _ => None,
    }
}

/// Codex itself puts the instructions and the environment in front of the first prompt, as messages of the user's.
fn is_by_codex(message: &str) -> bool {
    let message = message.trim_start();
    let is_tag = |rest: &str| rest.starts_with(|first: char| matches!(first, 'a'..='z' | '_'));
    message.strip_prefix('<').is_some_and(is_tag) || message.starts_with("# AGENTS.md")
}

/// The part of a message behind the orchestrator's instructions; `None` where they are all of it.
fn own_words(message: &str) -> Option<&str> {
    if !message.trim_start().starts_with(BY_HOST) {
        return Some(message);
    }
    if let Some((_, words)) = message.rsplit_once(OWN_WORDS) {
        return Some(words);
    }
    let mut lines = message.lines().skip_while(|line| *line != TASK).skip(1);
    lines.find(|line| !line.is_empty())
}

/// The first line that is not blank, as long as anybody would read.
fn first_line(text: &str) -> Option<Arc<str>> {
    let line = text.split(['\r', '\n']).map(str::trim).find(|line| !line.is_empty())?;
    let end = line.char_indices().nth(MAX_LINE).map_or(line.len(), |(end, _)| end);
    line.get(..end).map(Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let payload = serde_json::json!({ "type": "user_message", "message": text });
        serde_json::json!({ "type": "event_msg", "payload": payload }).to_string()
    }

    fn item(text: &str) -> String {
        let content = serde_json::json!([{ "type": "input_text", "text": text }]);
        let payload = serde_json::json!({ "type": "message", "role": "user", "content": content });
        serde_json::json!({ "type": "response_item", "payload": payload }).to_string()
    }

    fn prompt(lines: &[String]) -> Option<String> {
        prompt_in(lines.join("\n").as_bytes()).map(|line| (*line).to_owned())
    }

    #[test]
    fn the_first_words_of_a_person_are_the_prompt() {
        let host = format!("{BY_HOST} (ao).\n\n## Git Workflow\n- x");
        for (lines, expected) in [
            (vec![said("\n  Fix the login page \nand more")], Some("Fix the login page")),
            (
                vec![item("# AGENTS.md instructions for /x"), item("<env>x"), item("Do it")],
                Some("Do it"),
            ),
            (vec![item("<3 this"), said("no")], Some("<3 this")),
            (
                vec![said(&format!("{host}\n\n## Project Rules\nx{OWN_WORDS}Fix the cart"))],
                Some("Fix the cart"),
            ),
            (
                vec![said(&format!("{host}\n\n## Task\n\nWork on issue 7\n\n## More"))],
                Some("Work on issue 7"),
            ),
            (vec![said(&host), said("Then this")], Some("Then this")),
            (vec!["torn".to_owned(), "[1]".to_owned(), said(" \n\t"), said("x")], Some("x")),
            (vec![said(&host)], None),
            (vec![], None),
        ] {
            assert_eq!(prompt(&lines).as_deref(), expected, "{lines:?}");
        }
        assert_eq!(prompt(&[said(&"é".repeat(5_000))]).unwrap().chars().count(), MAX_LINE);
    }

    #[test]
    fn a_silent_thread_is_asked_again_when_it_was_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rollout-a.jsonl");
        fs::write(&path, "{}\n").unwrap();
        assert_eq!(first_prompt(&path), None);
        assert_eq!(first_prompt(&path), None);
        fs::write(&path, format!("{{}}\n{}\n", said("Fix it"))).unwrap();
        assert_eq!(first_prompt(&path).as_deref(), Some("Fix it"));
        let packed = dir.path().join("rollout-b.jsonl.zst");
        fs::write(&packed, zstd::encode_all(said("Pack it").as_bytes(), 3).unwrap()).unwrap();
        assert_eq!(first_prompt(&packed).as_deref(), Some("Pack it"));
        assert_eq!(first_prompt(&dir.path().join("gone.jsonl")), None);
    }

    #[test]
    fn the_last_name_of_a_thread_counts_and_a_new_one_is_seen() {
        let home = tempfile::tempdir().unwrap();
        let line = |name: &str| format!("{{\"id\":\"a\",\"thread_name\":\"{name}\"}}\n");
        let named = || names_in(home.path()).get("a").map(|name| (**name).to_owned());
        assert_eq!(named(), None);
        let mut text = line("First") + &line("Second") + "torn\n{\"id\":1}\n";
        fs::write(home.path().join(NAMES), &text).unwrap();
        assert_eq!(named().as_deref(), Some("Second"));
        text += &line("Third");
        fs::write(home.path().join(NAMES), &text).unwrap();
        assert_eq!(named().as_deref(), Some("Third"));
        fs::remove_file(home.path().join(NAMES)).unwrap();
        assert_eq!(named(), None);
    }
}
