//! Questions about paths that somebody else wrote. One of them may lie on a mount that never answers, and a system call
//! about it never returns: it is asked by a thread that can be given up, and as long as that thread waits nothing below
//! the path is asked again.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

/// A disk answers in milliseconds, one on a busy machine or behind a network in some hundred: what takes longer is
/// dead.
const PATIENCE: Duration = Duration::from_secs(2);

/// The number of threads that may wait for dead mounts, one for each. Beyond that nothing is asked.
const MAX_GIVEN_UP: usize = 16;

/// The number of threads that are kept for the next questions.
const MAX_IDLE: usize = 4;

/// The threads that have nothing to do.
static IDLE: LazyLock<Mutex<Vec<Worker>>> = LazyLock::new(Mutex::default);

/// Paths that did not answer, each with the thread that waits there.
static DEAD: LazyLock<Mutex<HashMap<PathBuf, Weak<()>>>> = LazyLock::new(Mutex::default);

/// Paths that somebody is checking.
static CHECKED: LazyLock<Mutex<HashMap<PathBuf, Arc<Mutex<()>>>>> = LazyLock::new(Mutex::default);

type Job = Box<dyn FnOnce() + Send>;

/// A thread that asks.
struct Worker {
    jobs: Sender<Job>,
    /// Gone when the thread is.
    lives: Weak<()>,
}

impl Worker {
    /// One that has nothing to do; `None` where the system has no thread to give.
    fn get() -> Option<Self> {
        if let Some(idle) = locked(&IDLE).pop() {
            return Some(idle);
        }
        let (jobs, received) = mpsc::channel::<Job>();
        let token = Arc::new(());
        let lives = Arc::downgrade(&token);
        let work = move || {
            for job in received {
                job();
            }
            drop(token);
        };
        thread::Builder::new().name("ao-codex-disk".to_owned()).spawn(work).ok()?;
        Some(Self { jobs, lives })
    }

    fn put_back(self) {
        let mut idle = locked(&IDLE);
        if idle.len() < MAX_IDLE {
            idle.push(self);
        }
    }
}

/// Asks about one path; `None` where the disk does not answer.
pub(crate) fn ask<T: Send + 'static>(
    path: &Path,
    question: impl FnMut(&Path) -> T + Copy + Send + 'static,
) -> Option<T> {
    ask_all(vec![path.to_owned()], || question).pop().flatten()
}

/// Asks about some paths, in their order, which is best that of their depth: where a directory is dead, those below are
/// not asked. `make` gives what asks, anew for each thread.
pub(crate) fn ask_all<T, Q>(paths: Vec<PathBuf>, make: impl Fn() -> Q) -> Vec<Option<T>>
where
    T: Send + 'static,
    Q: FnMut(&Path) -> T + Send + 'static,
{
    let paths: Arc<[PathBuf]> = paths.into();
    let mut answers = Vec::with_capacity(paths.len());
    while answers.len() < paths.len() {
        let rest = Rest { paths: Arc::clone(&paths), from: answers.len() };
        let Some(worker) = Worker::get().filter(|_| given_up() < MAX_GIVEN_UP) else { break };
        answers.extend(rest.ask_by(worker, make()));
        // The one that was not answered: its disk is dead, or the thread has died over it.
        if answers.len() < paths.len() {
            answers.push(None);
        }
    }
    answers.resize_with(paths.len(), || None);
    answers
}

/// The error of a path whose disk does not answer.
pub(crate) fn silence() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "its disk does not answer")
}

/// Fails where the disk under a path does not answer. Of many who check one path at once, one asks: each of them would
/// leave a thread behind.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    let lane = Arc::clone(locked(&CHECKED).entry(path.to_owned()).or_default());
    let answers = {
        let _one = locked(&lane);
        !is_dead(path) && answers(&[path.to_owned()]) == [true]
    };
    let mut checked = locked(&CHECKED);
    // In the map, and here.
    if Arc::strong_count(&lane) <= 2 {
        checked.remove(path);
    }
    if answers { Ok(()) } else { Err(silence()) }
}

/// Tells of some paths whether their disks answer. Where there is nobody left to ask, they are taken to.
pub(crate) fn answers(paths: &[PathBuf]) -> Vec<bool> {
    fn question(path: &Path) {
        // What it says does not matter, nor that there is nothing.
        let _ = std::fs::metadata(path);
    }
    let asked = ask_all(paths.to_vec(), || question);
    paths.iter().zip(asked).map(|(path, said)| said.is_some() || !is_dead(path)).collect()
}

/// The paths that are still to be asked about.
struct Rest {
    paths: Arc<[PathBuf]>,
    from: usize,
}

/// The answers of a thread, until it is given up: what it says after that, nobody has asked for.
struct Answers<T> {
    given: Vec<Option<T>>,
    is_given_up: bool,
}

impl Rest {
    /// Asks until all is answered, or one path is not: that is dead then.
    fn ask_by<T: Send + 'static>(
        self,
        worker: Worker,
        mut question: impl FnMut(&Path) -> T + Send + 'static,
    ) -> Vec<Option<T>> {
        let Self { paths, from } = self;
        let answers = Arc::new(Mutex::new(Answers { given: Vec::new(), is_given_up: false }));
        let (done, end) = mpsc::channel();
        let job = {
            let (paths, answers) = (Arc::clone(&paths), Arc::clone(&answers));
            move || {
                for path in paths.get(from..).unwrap_or_default() {
                    let answer = (!is_dead(path)).then(|| question(path));
                    let mut answers = locked(&answers);
                    if answers.is_given_up {
                        return;
                    }
                    answers.given.push(answer);
                }
                let _ = done.send(());
            }
        };
        let mut answered = 0;
        if worker.jobs.send(Box::new(job)).is_err() {
            return Vec::new();
        }
        loop {
            let waited = end.recv_timeout(PATIENCE);
            let mut answers = locked(&answers);
            match waited {
                Ok(()) => worker.put_back(),
                Err(RecvTimeoutError::Timeout) if answers.given.len() > answered => {
                    answered = answers.given.len();
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {
                    answers.is_given_up = true;
                    if let Some(path) = paths.get(from + answered) {
                        locked(&DEAD).insert(path.clone(), worker.lives);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {}
            }
            return std::mem::take(&mut answers.given);
        }
    }
}

/// Tells whether somebody waits for a path, or for one above it.
fn is_dead(path: &Path) -> bool {
    let mut dead = locked(&DEAD);
    dead.retain(|_, waits| waits.strong_count() > 0);
    dead.keys().any(|dead| path.starts_with(dead))
}

fn given_up() -> usize {
    locked(&DEAD).values().filter(|waits| waits.strong_count() > 0).count()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Condvar;
    use std::time::Instant;

    use super::*;

    /// A mount that answers when it is told to.
    #[derive(Default)]
    struct Mount {
        is_back: Mutex<bool>,
        told: Condvar,
    }

    static MOUNT: LazyLock<Mount> = LazyLock::new(Mount::default);

    fn length(path: &Path) -> usize {
        if path.starts_with("/dead") {
            let back = locked(&MOUNT.is_back);
            drop(MOUNT.told.wait_while(back, |is_back| !*is_back).unwrap());
        }
        path.as_os_str().len()
    }

    fn lengths(paths: &[&str]) -> Vec<Option<usize>> {
        ask_all(paths.iter().map(PathBuf::from).collect(), || length)
    }

    #[test]
    fn a_dead_mount_costs_what_lies_on_it_and_one_thread_until_it_is_back() {
        let paths = ["/a", "/dead", "/dead/b", "/deadly", "/dead/c/d", "/e"];
        let expected = [Some(2), None, None, Some(7), None, Some(2)];
        assert_eq!(lengths(&paths), expected);
        assert_eq!(given_up(), 1);
        let began = Instant::now();
        assert_eq!(lengths(&paths), expected);
        assert_eq!(ask(Path::new("/dead/f"), length), None);
        assert_eq!(ask(Path::new("/f"), length), Some(2));
        assert!(began.elapsed() < PATIENCE, "it is not asked again");
        *locked(&MOUNT.is_back) = true;
        MOUNT.told.notify_all();
        while given_up() > 0 {
            thread::yield_now();
        }
        assert_eq!(lengths(&paths), [2, 5, 7, 7, 9, 2].map(Some));
    }

    #[test]
    fn many_who_check_a_path_have_the_same_answer_and_leave_nothing() {
        let check_all = |path: &'static str| {
            let checks = [(); 20].map(|()| thread::spawn(|| check(Path::new(path)).is_ok()));
            checks.map(|check| check.join().unwrap())
        };
        assert_eq!(check_all("/"), [true; 20]);
        assert_eq!(check_all("/nowhere/at/all"), [true; 20]);
        assert!(locked(&CHECKED).is_empty());
    }

    #[test]
    fn a_question_that_panics_has_no_answer_and_the_others_have_theirs() {
        fn question(path: &Path) -> usize {
            assert!(path != Path::new("/b"), "this one");
            path.as_os_str().len()
        }
        let paths = ["/a", "/b", "/cc"].map(PathBuf::from).to_vec();
        assert_eq!(ask_all(paths, || question), [Some(2), None, Some(3)]);
    }
}
