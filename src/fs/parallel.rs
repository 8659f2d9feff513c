//! One kind of work on many files, on a bounded number of threads.

use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::thread;

/// More threads than this read no faster, and the host has other work to do.
const MAX_THREADS: usize = 8;

/// Does `work` on every item and gives the results in the order of the items. Each thread has a state of its own, made
/// by `state`. An item whose work panics has no result; the others have theirs.
pub fn map<T: Sync, S, R: Send + Sync>(
    items: &[T],
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Results<R> {
    // For one item no thread is needed, and the system need not be asked how many it would run.
    let threads = if items.len() > 1 { threads() } else { 1 };
    let next = AtomicUsize::new(0);
    // A result is written once, to where it stays: thousands of them, moved twice, cost more than some of the work.
    let results: Vec<OnceLock<R>> = items.iter().map(|_| OnceLock::new()).collect();
    let work_on = || {
        let mut state = state();
        while let Some((item, result)) = take(items, &results, &next) {
            // Nobody else has this slot.
            let _ = result.set(work(&mut state, item));
        }
    };
    // A panic was reported on stderr; its item has no result, and the next ones have a new state.
    let work_through = || while panic::catch_unwind(AssertUnwindSafe(work_on)).is_err() {};
    thread::scope(|scope| {
        // The caller works too: a thread costs more than to read what one session has written since the last refresh.
        for _ in 1..threads.min(items.len()) {
            scope.spawn(work_through);
        }
        work_through();
    });
    Results(results.into_iter())
}

/// The number of threads that are worth having. On Linux files are read to find that out: asked once.
fn threads() -> usize {
    static THREADS: LazyLock<usize> =
        LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS));
    *THREADS
}

/// The result of each item, in their order; `None` where the work panicked.
pub struct Results<R>(std::vec::IntoIter<OnceLock<R>>);

impl<R> Iterator for Results<R> {
    type Item = Option<R>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(OnceLock::into_inner)
    }
}

fn take<'t, T, R>(
    items: &'t [T],
    results: &'t [OnceLock<R>],
    next: &AtomicUsize,
) -> Option<(&'t T, &'t OnceLock<R>)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((items.get(at)?, results.get(at)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        let doubled: Vec<Option<u32>> = map(&items, || (), |(), item| item * 2).collect();
        assert_eq!(doubled, (0..1000).map(|item| Some(item * 2)).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_loses_one_result() {
        let items: Vec<u32> = (0..100).collect();
        let work = |(): &mut (), item: &u32| {
            assert_ne!(*item, 7, "as intended by this test");
            *item
        };
        let results = map(&items, || (), work);
        assert_eq!(results.filter(Option::is_none).count(), 1);
    }
}
