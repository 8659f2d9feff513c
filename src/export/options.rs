//! The options of an export, checked before anything is read or written.

use std::collections::BTreeMap;

/// A day in milliseconds.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The longest name of a host or of a label, in bytes: it becomes a part of a path or a column.
const MAX_NAME_BYTES: usize = 255;

/// The longest value of a label, in bytes.
const MAX_VALUE_BYTES: usize = 1024;

/// The part of the names of directories, repositories and branches that is written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Paths {
    /// All of them, as they are.
    #[default]
    Full,
    /// Repositories and branches, and no directory.
    Repo,
    /// A hash in place of each: equal names are equal hashes, on every machine. Who has a list of likely names can
    /// still recognise them.
    Hash,
}

impl Paths {
    /// The one of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "full" => Some(Self::Full),
            "repo" => Some(Self::Repo),
            "hash" => Some(Self::Hash),
            _ => None,
        }
    }
}

/// The columns of every row of an export, and the place of its files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Options {
    host: String,
    labels: BTreeMap<String, String>,
    /// The part of names that is written.
    pub paths: Paths,
    /// The first day that is written, counted from 1970; all when it is not given.
    pub since_day: Option<i64>,
}

impl Options {
    /// Checked options.
    ///
    /// # Errors
    ///
    /// When the host or a label cannot be a part of a path or a column. The text says which and why.
    pub fn new(
        host: &str,
        labels: BTreeMap<String, String>,
        paths: Paths,
        since_day: Option<i64>,
    ) -> Result<Self, String> {
        if !is_name(host) {
            return Err(format!(
                "the host {host:?} must be 1 to {MAX_NAME_BYTES} letters, digits, '.', '_' or '-', and not begin with '.'"
            ));
        }
        for (key, value) in &labels {
            if !is_name(key) {
                return Err(format!(
                    "the label {key:?} must be 1 to {MAX_NAME_BYTES} letters, digits, '.', '_' or '-', and not begin with '.'"
                ));
            }
            if value.len() > MAX_VALUE_BYTES || value.chars().any(char::is_control) {
                return Err(format!(
                    "the value of the label {key:?} must be at most {MAX_VALUE_BYTES} bytes without control characters"
                ));
            }
        }
        Ok(Self { host: host.to_owned(), labels, paths, since_day })
    }

    /// The host that the rows are of.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The labels of each row.
    #[must_use]
    pub fn labels(&self) -> &BTreeMap<String, String> {
        &self.labels
    }
}

/// Tells whether it can be the name of a host or a label: a part of a path, or a column.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=MAX_NAME_BYTES).contains(&name.len())
        && name.bytes().all(is_usual)
        && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: &str, labels: &[(&str, &str)]) -> String {
        let labels = labels.iter().map(|(key, value)| ((*key).into(), (*value).into()));
        Options::new(host, labels.collect(), Paths::Full, None).unwrap_err()
    }

    #[test]
    fn a_host_that_is_no_part_of_a_path_is_refused() {
        let long = "x".repeat(256);
        for host in ["", ".", "..", "../up", "a/b", "a\\b", "a\nb", "a b", ".hidden", "ü", &long] {
            assert!(refused(host, &[]).starts_with("the host \""), "{host}");
        }
    }

    #[test]
    fn a_label_that_is_no_column_is_refused() {
        assert!(refused("ci-1", &[("a=b", "c")]).starts_with("the label \"a=b\""));
        assert!(refused("ci-1", &[("team", "a\nb")]).contains("value of the label \"team\""));
        assert!(refused("ci-1", &[("team", &"x".repeat(1025))]).contains("at most 1024 bytes"));
    }

    #[test]
    fn usual_names_are_taken() {
        let labels = BTreeMap::from([("team".to_owned(), "Zahlung & Bestand".to_owned())]);
        let options = Options::new("ci-1.example_x", labels.clone(), Paths::Hash, Some(20_000));
        let options = options.unwrap();
        assert_eq!((options.host(), options.labels()), ("ci-1.example_x", &labels));
    }
}
