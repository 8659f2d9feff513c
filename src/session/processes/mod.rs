//! The machine's processes, asked of the system itself: no program is started to learn of them.
//!
//! A process is known by its number and its start together: numbers are given again.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::PathBuf;

#[cfg(target_os = "linux")]
mod boot_clock;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(not(target_os = "linux"), test))]
mod portable;
mod process;

pub use process::Process;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use portable as system;

impl Process {
    /// Tells whether it still runs, and still the same program: a process may become another one by `exec`.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn still_runs(&self) -> io::Result<bool> {
        let now = look_at(self.pid)?;
        Ok(now.is_some_and(|now| {
            now.started == self.started && now.name == self.name && !now.is_zombie
        }))
    }

    /// The time when it was started, as early as that may have been, in milliseconds since 1970.
    #[must_use]
    pub fn earliest_start_ms(&self) -> Option<i64> {
        system::earliest_start_ms(self)
    }

    /// The words of its command line; none where it has ended.
    ///
    /// # Errors
    ///
    /// When the system does not say for want of descriptors or memory.
    pub fn command_line(&self) -> io::Result<Vec<String>> {
        system::command_line(self.pid)
    }

    /// The file that it runs, where the system tells.
    #[must_use]
    pub fn executable(&self) -> Option<PathBuf> {
        system::executable(self.pid)
    }
}

/// Remembers what the clock says now, for processes that are started from now on: it may be set before anybody asks for
/// one.
pub fn note_clock() {
    system::note_clock();
}

/// The process of a number; `None` where there is none.
///
/// # Errors
///
/// When the system does not say.
pub fn look_at(pid: u32) -> io::Result<Option<Process>> {
    system::look_at(pid)
}

/// All that some processes have started and that still runs, and what that has started.
///
/// # Errors
///
/// When the system does not say.
pub fn descendants_of(pids: &[u32]) -> io::Result<Vec<Process>> {
    let mut seen: HashSet<u32> = pids.iter().copied().collect();
    let mut open = pids.to_vec();
    let mut found = Vec::new();
    while let Some(pid) = open.pop() {
        let Some(children) = system::children_of(pid) else {
            return Ok(Table::read()?.below(pids).into_iter().cloned().collect());
        };
        for child in children.into_iter().filter(|child| seen.insert(*child)).collect::<Vec<_>>() {
            open.push(child);
            found.extend(look_at(child)?);
        }
    }
    Ok(found)
}

/// The children of a process of one thread as the system writes them: the same as long as none came or went. `None`
/// where the system does not tell.
#[must_use]
pub(crate) fn children_mark(pid: u32) -> Option<Vec<u8>> {
    system::children_mark(pid)
}

/// The time that a process of one thread has run on a processor, in nanoseconds: the same as long as it sleeps. `None`
/// where the system does not tell.
#[must_use]
pub(crate) fn ran_ns(pid: u32) -> Option<u64> {
    system::ran_ns(pid)
}

/// Every process of the machine that may be seen.
#[derive(Debug)]
pub struct Table {
    processes: HashMap<u32, Process>,
    children: HashMap<u32, Vec<u32>>,
}

impl Table {
    /// Looks at all of them.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn read() -> io::Result<Self> {
        let all = system::read_all()?;
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for process in &all {
            children.entry(process.parent).or_default().push(process.pid);
        }
        Ok(Self { processes: all.into_iter().map(|one| (one.pid, one)).collect(), children })
    }

    /// The process of a number.
    #[must_use]
    pub fn get(&self, pid: u32) -> Option<&Process> {
        self.processes.get(&pid)
    }

    /// Everything that some processes have started, and what that has started.
    #[must_use]
    pub fn below(&self, pids: &[u32]) -> Vec<&Process> {
        let mut seen: HashSet<u32> = pids.iter().copied().collect();
        let mut open = pids.to_vec();
        let mut found = Vec::new();
        while let Some(pid) = open.pop() {
            for &child in self.children.get(&pid).into_iter().flatten() {
                if seen.insert(child) {
                    open.push(child);
                    found.extend(self.get(child));
                }
            }
        }
        found
    }

    /// The processes of a terminal.
    pub fn on_terminal(&self, terminal: u64) -> impl Iterator<Item = &Process> {
        self.processes.values().filter(move |process| process.terminal == Some(terminal))
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};
    use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

    use super::*;

    struct Ended(Child);

    impl Drop for Ended {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn sleeping() -> Ended {
        Ended(Command::new("sleep").arg("600").spawn().unwrap())
    }

    fn now_ms() -> i64 {
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
    }

    #[test]
    fn a_child_is_found_below_its_parent_until_it_ends() {
        let before = now_ms();
        let mut child = sleeping();
        let own = std::process::id();
        let pid = child.0.id();
        let found = look_at(pid).unwrap().unwrap();
        assert_eq!((found.pid, found.parent, found.is_zombie), (pid, own, false));
        assert!((found.earliest_start_ms().unwrap() - before).abs() < 2_000);
        assert!(found.still_runs().unwrap());
        assert!(descendants_of(&[own]).unwrap().iter().any(|one| one.pid == pid));
        let table = Table::read().unwrap();
        assert!(table.below(&[own]).into_iter().any(|one| one.pid == pid));
        child.0.kill().unwrap();
        let deadline = Instant::now() + Duration::from_secs(5);
        while found.still_runs().unwrap() && Instant::now() < deadline {}
        assert!(!found.still_runs().unwrap());
        assert!(look_at(pid).unwrap().unwrap().is_zombie);
        child.0.wait().unwrap();
        assert_eq!(look_at(pid).unwrap(), None);
    }

    #[test]
    fn a_number_that_was_given_again_is_another_process() {
        let child = sleeping();
        let found = look_at(child.0.id()).unwrap().unwrap();
        let earlier = Process { started: found.started - 1, ..found.clone() };
        assert!(!earlier.still_runs().unwrap());
        let before_exec = Process { name: "sh".into(), ..found };
        assert!(!before_exec.still_runs().unwrap());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn every_way_of_asking_tells_the_same() {
        let child = sleeping();
        let deadline = Instant::now() + Duration::from_secs(5);
        let ours = loop {
            let found = look_at(child.0.id()).unwrap().unwrap();
            // Between its start and its first look at its arguments it shows none.
            if found.command_line().unwrap().len() == 2 || Instant::now() > deadline {
                break found;
            }
        };
        let portable = portable::look_at(child.0.id()).unwrap().unwrap();
        let shared = |one: &Process| (one.pid, one.parent, one.name.clone(), one.is_zombie);
        assert_eq!(shared(&portable), shared(&ours));
        let lines = [portable::command_line(child.0.id()), ours.command_line()].map(Result::unwrap);
        assert_eq!(lines[0], lines[1]);
        assert_eq!(portable::executable(child.0.id()), ours.executable());
        let starts = [&portable, &ours].map(|one| one.earliest_start_ms().unwrap());
        assert!(portable::earliest_start_ms(&portable).unwrap() <= starts[1]);
        assert!(portable::read_all().unwrap().iter().any(|one| one.pid == child.0.id()));
    }
}
