//! Tells whether the Codex of a session runs, and since when.
//!
//! A Codex that was found is known by its number and its start: as long as it lives, in a pane that is still the
//! session's, a look costs one small read. Everything else is found out anew, and that no Codex runs is never said
//! without having asked tmux.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Instant;

use crate::index::lru::locked;
use crate::session::codex_process::{CodexNames, is_codex, program_of};
use crate::session::panes::Panes;
use crate::session::processes::{Process, Table, descendants_of, look_at};

/// A runtime may note the time before or after it starts the process, and some systems count in seconds.
const START_TOLERANCE_MS: i64 = 5_000;

/// The number of panes whose Codex is remembered before those that have ended are forgotten.
const MAX_REMEMBERED: usize = 1024;

/// The tmux session or process in which a session's Codex runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the panes of tmux's session of this name.
    Tmux(String),
    /// In a process or below it.
    Process {
        /// Its number.
        pid: u32,
        /// The time when the session was made, in milliseconds since 1970: a process that was started later is another
        /// one.
        created_ms: Option<i64>,
        /// True if it is another user's, whom the system may hide.
        is_foreign: bool,
    },
}

/// The answer to whether a session's Codex runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Running {
    /// It runs.
    Codex(Codex),
    /// None runs.
    Nothing,
    /// The system, or tmux, does not say.
    Unknown,
    /// The memory does not tell: tmux has to be asked.
    Unasked,
}

/// The Codex of a session.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Codex {
    /// Its processes: npm's launcher is one too. None where the system hides them.
    pub processes: Vec<Process>,
}

impl Codex {
    /// The time when it was started, as early as that may have been, in milliseconds since 1970.
    #[must_use]
    pub fn started_ms(&self) -> Option<i64> {
        self.processes.iter().filter_map(Process::earliest_start_ms).min()
    }

    /// Tells whether it has started something since a moment, that still runs.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn has_started_since(&self, ms: i64) -> io::Result<bool> {
        let own: Vec<u32> = self.processes.iter().map(|one| one.pid).collect();
        let below = descendants_of(&own)?;
        Ok(below.iter().filter_map(Process::earliest_start_ms).any(|started| started > ms))
    }

    /// The program by which it was started. npm's launcher starts a Codex that nobody names.
    #[must_use]
    pub fn program(&self) -> Option<String> {
        let is_first = |one: &&Process| !self.processes.iter().any(|other| other.pid == one.parent);
        self.processes.iter().find(is_first).and_then(program_of)
    }
}

/// The memory of all sessions.
#[derive(Debug, Default)]
struct Memory {
    panes: Option<Arc<Panes>>,
    /// By the process that leads a pane, and by the binary that is looked for.
    codexes: HashMap<(u32, Option<PathBuf>), Codex>,
}

static MEMORY: LazyLock<Mutex<Memory>> = LazyLock::new(Mutex::default);

/// The last question to tmux: when it was begun, and what it said.
type Question = Option<(Instant, Result<Arc<Panes>, String>)>;

static ASKING: LazyLock<Mutex<Question>> = LazyLock::new(Mutex::default);

/// Tells what runs at some places, in their order, as far as it can without tmux.
#[must_use]
pub fn remembered(places: &[Place], binary: Option<&Path>) -> Vec<Running> {
    let memory = locked(&MEMORY);
    let has_tmux = places.iter().any(|place| matches!(place, Place::Tmux(_)));
    let panes = memory.panes.clone().filter(|panes| has_tmux && panes.is_current());
    let tell = |place: &Place| match place {
        Place::Tmux(session) => {
            let leaders = panes.as_ref().map(|panes| panes.of(session)).unwrap_or_default();
            memory.living(leaders, binary).map_or(Running::Unasked, Running::Codex)
        }
        Place::Process { pid, created_ms, is_foreign } => {
            running(at_process(*pid, *created_ms, *is_foreign, binary))
        }
    };
    places.iter().map(tell).collect()
}

/// Tells the same, and asks tmux, once for all who ask at the same time. Where tmux does not answer, what is remembered
/// tells whether a Codex runs, but not that none does.
#[must_use]
pub fn asked(places: &[Place], binary: Option<&Path>) -> Vec<Running> {
    let listed = panes_since(Instant::now());
    let mut table = None;
    let mut names = None;
    let mut memory = locked(&MEMORY);
    let mut tell = |session: &str| {
        let panes = listed.as_ref().ok().or(memory.panes.as_ref()).map(Arc::clone);
        let leaders = panes.as_ref().map(|panes| panes.of(session)).unwrap_or_default();
        if let Some(codex) = memory.living(leaders, binary) {
            return Running::Codex(codex);
        }
        if listed.is_err() {
            return Running::Unknown;
        }
        let names = names.get_or_insert_with(|| names_of(binary));
        let Ok(names) = names else { return Running::Unknown };
        let found = at_leaders(leaders, names, &mut table);
        for (leader, codex) in found.iter().flatten() {
            memory.remember(*leader, binary, codex.clone());
        }
        running(found.map(together))
    };
    places
        .iter()
        .map(|place| match place {
            Place::Tmux(session) => tell(session),
            Place::Process { pid, created_ms, is_foreign } => {
                running(at_process(*pid, *created_ms, *is_foreign, binary))
            }
        })
        .collect()
}

impl Memory {
    /// The Codexes below some leaders, if they are as they were found.
    fn living(&self, leaders: &[u32], binary: Option<&Path>) -> Option<Codex> {
        let key = |leader: u32| (leader, binary.map(Path::to_owned));
        let known = leaders.iter().filter_map(|leader| self.codexes.get(&key(*leader)));
        let processes: Vec<Process> = known.flat_map(|one| one.processes.clone()).collect();
        let live =
            !processes.is_empty() && processes.iter().all(|one| one.still_runs().unwrap_or(false));
        live.then_some(Codex { processes })
    }

    fn remember(&mut self, leader: u32, binary: Option<&Path>, codex: Codex) {
        if self.codexes.len() >= MAX_REMEMBERED {
            let lives =
                |codex: &Codex| codex.processes.iter().all(|one| one.still_runs().unwrap_or(false));
            self.codexes.retain(|_, codex| lives(codex));
        }
        self.codexes.insert((leader, binary.map(Path::to_owned)), codex);
    }
}

/// The panes of a question to tmux that was begun after `asked`.
fn panes_since(asked: Instant) -> Result<Arc<Panes>, String> {
    let mut last = locked(&ASKING);
    if let Some((began, result)) = last.as_ref()
        && *began >= asked
    {
        return result.clone();
    }
    let began = Instant::now();
    let before = locked(&MEMORY).panes.clone();
    let result = Panes::ask(before.as_deref()).map(Arc::new).map_err(|error| error.to_string());
    if let Ok(panes) = &result {
        locked(&MEMORY).panes = Some(Arc::clone(panes));
    }
    *last = Some((began, result.clone()));
    result
}

/// The Codexes below leaders and on their terminals, by leader.
fn at_leaders(
    leaders: &[u32],
    names: &CodexNames,
    table: &mut Option<Table>,
) -> io::Result<Vec<(u32, Codex)>> {
    let mut found = Vec::new();
    for &leader in leaders {
        let processes = below(leader, names)?;
        if !processes.is_empty() {
            found.push((leader, Codex { processes }));
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    // One whose parent has ended is on the terminal all the same.
    for &leader in leaders {
        let Some(terminal) = look_at(leader)?.and_then(|leader| leader.terminal) else { continue };
        let table = match table {
            Some(table) => table,
            None => table.insert(Table::read()?),
        };
        let processes = codexes(table.on_terminal(terminal).cloned(), names)?;
        if !processes.is_empty() {
            found.push((leader, Codex { processes }));
        }
    }
    Ok(found)
}

/// `None` where none runs.
fn at_process(
    pid: u32,
    created_ms: Option<i64>,
    is_foreign: bool,
    binary: Option<&Path>,
) -> io::Result<Option<Codex>> {
    // It answered a signal, but the system hides the processes of others.
    let unseen = is_foreign.then(Codex::default);
    let Some(found) = look_at(pid)? else { return Ok(unseen) };
    let started_ms = found.earliest_start_ms();
    let is_later = |created_ms| started_ms.is_some_and(|ms| ms > created_ms + START_TOLERANCE_MS);
    if found.is_zombie || created_ms.is_some_and(is_later) {
        return Ok(None);
    }
    let processes = below(pid, &names_of(binary)?)?;
    Ok(if processes.is_empty() { unseen } else { Some(Codex { processes }) })
}

/// The Codexes among a process and what it has started.
fn below(pid: u32, names: &CodexNames) -> io::Result<Vec<Process>> {
    let Some(leader) = look_at(pid)? else { return Ok(Vec::new()) };
    let all = [vec![leader], descendants_of(&[pid])?].concat();
    codexes(all, names)
}

fn codexes(all: impl IntoIterator<Item = Process>, names: &CodexNames) -> io::Result<Vec<Process>> {
    let codex = |one: Process| Ok(is_codex(&one, names)?.then_some(one));
    all.into_iter().map(codex).filter_map(Result::transpose).collect()
}

fn names_of(binary: Option<&Path>) -> io::Result<CodexNames> {
    binary.map_or_else(|| Ok(CodexNames::default()), CodexNames::of)
}

fn together(found: Vec<(u32, Codex)>) -> Option<Codex> {
    let processes: Vec<Process> =
        found.into_iter().flat_map(|(_, codex)| codex.processes).collect();
    (!processes.is_empty()).then_some(Codex { processes })
}

fn running(found: io::Result<Option<Codex>>) -> Running {
    match found {
        Ok(Some(codex)) => Running::Codex(codex),
        Ok(None) => Running::Nothing,
        Err(_) => Running::Unknown,
    }
}
