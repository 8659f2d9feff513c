//! A Codex home of its own for the questions that a Codex is asked.

use std::fs;
use std::path::Path;

use tempfile::{Builder, TempDir};

/// Nothing of the user's, and nothing that asks the network.
const CONFIG: &str = "check_for_update_on_startup = false\n[analytics]\nenabled = false\n\
                      [otel]\nmetrics_exporter = \"none\"\n[features]\nremote_models = false\n";

/// A directory that is gone when it is dropped.
pub struct Home(TempDir);

impl Home {
    /// Creates it, private to the user and empty but for a configuration that asks nobody.
    ///
    /// # Errors
    /// When the temporary directory cannot be written.
    pub fn make() -> std::io::Result<Self> {
        let home = Builder::new().prefix("ao-codex-home-").tempdir()?;
        fs::write(home.path().join("config.toml"), CONFIG)?;
        Ok(Self(home))
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}
