//! The same work on many files, on a bounded number of threads.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// More threads than this read no faster, and the host has other work to do.
const MAX_THREADS: usize = 8;

/// Does `work` on every item and gives the results in the order of the items. Each thread has a state of its own, made
/// by `state`. An item whose work panics has no result; the others have theirs.
pub fn map<T: Sync, S, R: Send>(
    items: &[T],
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<Option<R>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(items.len()))
            .map(|_| {
                scope.spawn(|| {
                    let mut state = state();
                    while let Some((at, item)) = take(items, &next) {
                        let result = work(&mut state, item);
                        results
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner)
                            .push((at, result));
                    }
                })
            })
            .collect();
        for worker in workers {
            // A panic was reported on stderr by its thread; its item has no result.
            drop(worker.join());
        }
    });
    let mut ordered: Vec<Option<R>> = items.iter().map(|_| None).collect();
    for (at, result) in results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        if let Some(slot) = ordered.get_mut(at) {
            *slot = Some(result);
        }
    }
    ordered
}

fn take<'t, T>(items: &'t [T], next: &AtomicUsize) -> Option<(usize, &'t T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    items.get(at).map(|item| (at, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        let doubled: Vec<Option<u32>> = map(&items, || (), |(), item| item * 2);
        assert_eq!(doubled, (0..1000).map(|item| Some(item * 2)).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_loses_one_result_at_most_a_thread() {
        let items: Vec<u32> = (0..100).collect();
        let work = |(): &mut (), item: &u32| {
            assert_ne!(*item, 7, "as intended by this test");
            *item
        };
        let results = map(&items, || (), work);
        assert_eq!(results.iter().filter(|result| result.is_none()).count(), 1);
    }
}
