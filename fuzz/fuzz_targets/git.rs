#![no_main]
#![allow(dead_code, reason = "each target is one of the checks")]

#[path = "../../tests/fuzz/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::git(bytes));
