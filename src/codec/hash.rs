//! A hash for what is kept on disk.

use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

/// A hash that every build gives: one that is kept in a file outlives the compiler, whose own hashes may change.
pub fn stable_hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = SipHasher13::new();
    value.hash(&mut hasher);
    hasher.finish()
}
