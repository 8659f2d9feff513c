//! The threads that calls are worked on: as many as there is work for, up to a bound, and none that has had nothing to do
//! for a while. They belong to the process, which may load this addon into many threads of JavaScript.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::binding::promise::Call;

/// How many calls of a pool are worked on at once: fifty sessions that are asked for together wait for one look at the
/// home, and need not wait on fifty threads.
const MAX_THREADS: usize = 16;

/// How long a thread waits for work: a program that asks every few seconds does not start one each time.
const PATIENCE: Duration = Duration::from_secs(10);

/// For questions, which are answered soon.
pub(super) static QUESTIONS: Pool = Pool::new();

/// For bills of whole homes: a first one of a huge home takes minutes, and no question waits for it.
pub(super) static BILLS: Pool = Pool::new();

/// Threads that take calls from one queue.
pub(super) struct Pool {
    state: Mutex<State>,
    arrived: Condvar,
}

struct State {
    /// Those that no thread has begun with.
    calls: VecDeque<Call>,
    threads: usize,
    /// Threads that wait for a call.
    idle: usize,
}

impl Pool {
    const fn new() -> Self {
        let state = State { calls: VecDeque::new(), threads: 0, idle: 0 };
        Self { state: Mutex::new(state), arrived: Condvar::new() }
    }

    /// Has the call answered on one of the threads.
    pub(super) fn run(&'static self, call: Call) {
        let mut state = self.lock();
        state.calls.push_back(call);
        if state.calls.len() > state.idle && state.threads < MAX_THREADS {
            let thread = thread::Builder::new().name("ao-codex".to_owned());
            match thread.spawn(|| self.work()) {
                Ok(_) => state.threads += 1,
                // Those that are there will do it.
                Err(_) if state.threads > 0 => {}
                Err(failed) => {
                    let refused = state.calls.pop_back();
                    drop(state);
                    if let Some(call) = refused {
                        call.refuse(&failed);
                    }
                    return;
                }
            }
        }
        self.arrived.notify_one();
    }

    fn work(&self) {
        let mut state = self.lock();
        loop {
            while let Some(call) = state.calls.pop_front() {
                drop(state);
                call.answer();
                state = self.lock();
            }
            state.idle += 1;
            let wait =
                self.arrived.wait_timeout_while(state, PATIENCE, |state| state.calls.is_empty());
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
            state.idle -= 1;
            if state.calls.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
