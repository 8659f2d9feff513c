//! What was asked for lately, each under its key and shared by all who ask; what was asked for longest ago goes first.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Values by their keys, at most so many.
#[derive(Debug)]
pub struct Recent<K, V> {
    most: usize,
    values: HashMap<K, (Arc<V>, u64)>,
    clock: u64,
}

impl<K: Hash + Eq + Clone, V> Recent<K, V> {
    /// Room for so many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, values: HashMap::new(), clock: 0 }
    }

    /// The value of a key; made if there is none.
    pub fn get(&mut self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        self.clock += 1;
        let (value, used) = self.values.entry(key).or_insert_with(|| (Arc::new(make()), 0));
        *used = self.clock;
        let value = Arc::clone(value);
        if self.values.len() > self.most {
            let oldest = self.values.iter().min_by_key(|(_, (_, used))| *used);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.values.remove(&oldest);
            }
        }
        value
    }
}

/// What a lock holds, also when somebody panicked while they held it: for values that are whole at any time.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_longest_ago_goes_first() {
        let mut recent = Recent::new(2);
        for key in ["a", "b", "a", "c"] {
            recent.get(key, || key.to_owned());
        }
        let made = |key| key == *recent.get(key, || "anew".to_owned());
        assert_eq!(["a", "c", "b"].map(made), [true, true, false]);
    }
}
