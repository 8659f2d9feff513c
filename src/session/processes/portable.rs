//! macOS and Windows, through a library that knows their interfaces. Neither tells of terminals here, nor when a
//! process last ran.

#![expect(clippy::unnecessary_wraps, reason = "on Linux the system may refuse to say")]

use std::io;
use std::path::PathBuf;

use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

use crate::session::processes::process::Process;

/// The start is told in whole seconds.
const TOLERANCE_MS: i64 = 1_000;

pub(super) fn look_at(pid: u32) -> io::Result<Option<Process>> {
    let system = asked(pid, ProcessRefreshKind::nothing());
    Ok(system.process(Pid::from_u32(pid)).map(process))
}

pub(super) fn read_all() -> io::Result<Vec<Process>> {
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    Ok(system.processes().values().filter(|one| one.thread_kind().is_none()).map(process).collect())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn children_of(_pid: u32) -> Option<Vec<u32>> {
    None
}

#[cfg(not(target_os = "linux"))]
pub(super) fn children_mark(_pid: u32) -> Option<Vec<u8>> {
    None
}

#[cfg(not(target_os = "linux"))]
pub(super) fn ran_ns(_pid: u32) -> Option<u64> {
    None
}

pub(super) fn command_line(pid: u32) -> io::Result<Vec<String>> {
    let system = asked(pid, ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always));
    let words = system.process(Pid::from_u32(pid)).map(sysinfo::Process::cmd).unwrap_or_default();
    Ok(words.iter().map(|word| word.to_string_lossy().into_owned()).collect())
}

pub(super) fn executable(pid: u32) -> Option<PathBuf> {
    let system = asked(pid, ProcessRefreshKind::nothing().with_exe(UpdateKind::Always));
    system.process(Pid::from_u32(pid))?.exe().map(PathBuf::from)
}

/// The system itself remembers when a process was started.
#[cfg(not(target_os = "linux"))]
pub(super) fn note_clock() {}

pub(super) fn earliest_start_ms(process: &Process) -> Option<i64> {
    Some(i64::try_from(process.started).ok()?.checked_mul(1000)? - TOLERANCE_MS)
}

fn asked(pid: u32, what: ProcessRefreshKind) -> System {
    let mut system = System::new();
    let pids = [Pid::from_u32(pid)];
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&pids), true, what.without_tasks());
    system
}

fn process(found: &sysinfo::Process) -> Process {
    Process {
        pid: found.pid().as_u32(),
        parent: found.parent().map(Pid::as_u32).unwrap_or_default(),
        started: found.start_time(),
        terminal: None,
        name: found.name().to_string_lossy().into(),
        is_zombie: matches!(found.status(), ProcessStatus::Zombie | ProcessStatus::Dead),
    }
}
