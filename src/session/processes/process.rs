//! The facts of a process.

/// One process at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// The number of its parent.
    pub parent: u32,
    /// The time when it was started, in the system's own unit: to compare with that of the same number at another
    /// moment.
    pub started: u64,
    /// The device of its terminal, where the system tells.
    pub terminal: Option<u64>,
    /// The name of the program; Linux cuts it after 15 bytes.
    pub name: Box<str>,
    /// True if it has ended, and its parent has not asked for its end yet.
    pub is_zombie: bool,
}
