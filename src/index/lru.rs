//! Values by their keys, at most so many: the one that was used longest ago goes first.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A map of bounded size that drops what was used longest ago. To find that one it looks at every value, which is
/// cheaper than a list while a map holds hundreds.
#[derive(Debug)]
pub struct Lru<K, V> {
    capacity: usize,
    values: HashMap<K, Used<V>>,
    clock: u64,
}

#[derive(Debug)]
struct Used<V> {
    value: V,
    last: u64,
}

impl<K: Hash + Eq + Clone, V> Lru<K, V> {
    /// An empty map with room for `capacity` values.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, values: HashMap::new(), clock: 0 }
    }

    /// The value of a key. That it was looked at is no use of it.
    #[must_use]
    pub fn peek(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|used| &used.value)
    }

    /// Takes the value of a key out.
    pub fn take(&mut self, key: &K) -> Option<V> {
        self.values.remove(key).map(|used| used.value)
    }

    /// Puts a value in; gives the one that had to go for it, if one had.
    pub fn put(&mut self, key: K, value: V) -> Option<(K, V)> {
        self.clock += 1;
        self.values.insert(key, Used { value, last: self.clock });
        if self.values.len() <= self.capacity {
            return None;
        }
        let (oldest, _) = self.values.iter().min_by_key(|(_, used)| used.last)?;
        let oldest = oldest.clone();
        let used = self.values.remove(&oldest)?;
        Some((oldest, used.value))
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Lru<K, V> {
    /// The value of a key, made if there is none.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> V {
        let value = self.take(&key).unwrap_or_else(make);
        self.put(key, value.clone());
        value
    }
}

/// The value behind a lock, also when somebody panicked while they held it: for values that are whole at any time.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let mut lru = Lru::new(2);
        for key in ["a", "b", "a", "c"] {
            lru.get_or_insert_with(key, || key.to_owned());
        }
        assert_eq!(["a", "b", "c"].map(|key| lru.peek(&key).is_some()), [true, false, true]);
        assert_eq!(lru.put("d", "d".to_owned()), Some(("a", "a".to_owned())));
        assert_eq!((lru.take(&"c"), lru.take(&"c")), (Some("c".to_owned()), None));
    }
}
