//! The notes on a session besides Codex's own events: by later orchestrators in its workspace, and by the plugin when
//! it was shown the session's screen.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;

use crate::fs::guarded;
use crate::rollout::timestamp::parse_timestamp;

/// The orchestrator's own activity log, in a workspace.
const ACTIVITY_LOG: &str = ".ao/activity.jsonl";

/// The source that a line of ours in it names: agents with hooks write this.
pub const SOURCE: &str = "hook";

/// The name by which a line of ours is told from another program's.
pub const OUR_NAME: &str = "@ao/plugin-codex";

/// A line has less than 1 KB, unless what was on the screen is long.
const TAIL_BYTES: u64 = 8 * 1024;

/// The file below the orchestrator's home that notes that a screen showed a question.
const SCREENS: &str = "codex/screen";

/// Of a session's id, the name of the file keeps so much.
const NAME_LIMIT: usize = 100;

/// A time in milliseconds has 13 digits.
const NOTE_CAP: u64 = 64;

/// A state that the orchestrator saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenState {
    /// Its word for it. An agent can write there too, so nothing else is taken.
    pub state: String,
    /// The time when it saw it, in milliseconds since 1970.
    pub at_ms: i64,
    /// True if it is a note of our own, which is for others: we know better than our own last word.
    pub is_ours: bool,
}

/// The last line of the orchestrator's activity log; `None` where it keeps none, as most do.
#[must_use]
pub fn last_seen_state(workspace: &Path) -> Option<SeenState> {
    #[derive(Deserialize)]
    struct Line {
        ts: String,
        state: String,
        #[serde(default)]
        plugin: Option<String>,
    }
    let tail = tail_of(&workspace.join(ACTIVITY_LOG)).ok()?;
    // A line that is still being written is none yet.
    let whole = tail.get(..tail.iter().rposition(|byte| *byte == b'\n')?)?;
    let line = whole.rsplit(|byte| *byte == b'\n').next()?;
    let Line { ts, state, plugin } = serde_json::from_slice(line).ok()?;
    let is_ours = plugin.as_deref() == Some(OUR_NAME);
    Some(SeenState { state, at_ms: parse_timestamp(&ts)?, is_ours })
}

/// The time when a question was last seen on the screen of a session, in milliseconds since 1970.
#[must_use]
pub fn question_seen_ms(ao_home: &Path, session: &str) -> Option<i64> {
    let safe = |unit: u16| {
        let unit = u8::try_from(unit).ok().map(char::from);
        unit.filter(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '-')).unwrap_or('_')
    };
    let name: String = session.encode_utf16().map(safe).take(NAME_LIMIT).collect();
    let path = ao_home.join(SCREENS).join(name);
    let mut text = String::new();
    guarded::open_own(&path).ok()?.0.take(NOTE_CAP).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn tail_of(path: &Path) -> io::Result<Vec<u8>> {
    let (mut file, metadata) = guarded::open(path)?;
    file.seek(SeekFrom::Start(metadata.len().saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn workspace(text: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".ao")).unwrap();
        fs::write(dir.path().join(ACTIVITY_LOG), text).unwrap();
        dir
    }

    #[test]
    fn the_last_whole_line_of_the_activity_log_counts() {
        let line = |state: &str, second: u8| {
            format!(
                "{{\"ts\":\"2026-01-02T10:00:0{second}.000Z\",\"state\":\"{state}\",\"source\":\"terminal\"}}"
            )
        };
        let (first, second) = (line("active", 1), line("blocked", 2));
        let seen = |text: &str| last_seen_state(workspace(text).path()).map(|one| one.state);
        assert_eq!(seen(&format!("{first}\n{second}\n")), Some("blocked".to_owned()));
        assert_eq!(seen(&format!("{first}\n{second}")), Some("active".to_owned()));
        assert_eq!(seen(&format!("{}{first}\n", "x".repeat(20_000))), None);
        assert_eq!(seen(&format!("{}\n{first}\n", "x".repeat(20_000))), Some("active".to_owned()));
        for text in ["", "\n", "{}\n", "[1]\n", "{\"ts\":1,\"state\":\"active\"}\n"] {
            assert_eq!(seen(text), None, "{text:?}");
        }
        assert_eq!(last_seen_state(Path::new("/nowhere")), None);
        let ours = |text: &str| last_seen_state(workspace(text).path()).map(|one| one.is_ours);
        assert_eq!(ours(&format!("{first}\n")), Some(false));
        let hook = first.replace("\"terminal\"", "\"hook\"");
        assert_eq!(ours(&format!("{hook}\n")), Some(false));
        for (plugin, is_ours) in [(OUR_NAME, true), ("@ao/plugin-other", false)] {
            let noted = hook.replace('}', &format!(",\"plugin\":\"{plugin}\"}}"));
            assert_eq!(ours(&format!("{noted}\n")), Some(is_ours), "{plugin}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_no_activity_log() {
        let dir = workspace("");
        let path = dir.path().join(ACTIVITY_LOG);
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert_eq!(last_seen_state(dir.path()), None);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(last_seen_state(dir.path()), None);
    }

    #[test]
    fn a_note_of_a_screen_is_found_under_the_safe_name_of_its_session() {
        let home = tempfile::tempdir().unwrap();
        let screens = home.path().join(SCREENS);
        fs::create_dir_all(&screens).unwrap();
        fs::write(screens.join("app-1_____"), "1767373103100\n").unwrap();
        assert_eq!(question_seen_ms(home.path(), "app-1/..\u{1f600}"), Some(1_767_373_103_100));
        assert_eq!(question_seen_ms(home.path(), "app-2"), None);
        fs::write(screens.join("app-3"), "soon").unwrap();
        assert_eq!(question_seen_ms(home.path(), "app-3"), None);
    }
}
