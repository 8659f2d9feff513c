//! A Codex home of its own for the questions that a Codex is asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// Nothing of the user's, and nothing that asks the network.
const CONFIG: &str = "check_for_update_on_startup = false\n[analytics]\nenabled = false\n\
                      [otel]\nmetrics_exporter = \"none\"\n[features]\nremote_models = false\n";

/// A directory that is gone when it is dropped.
pub struct Home(PathBuf);

impl Home {
    /// Creates it, private to the user and empty but for a configuration that asks nobody.
    ///
    /// # Errors
    /// When the temporary directory cannot be written.
    pub fn make() -> std::io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ao-codex-home-{}-{number}", process::id());
        let home = Self(std::env::temp_dir().join(name));
        #[cfg_attr(not(unix), expect(unused_mut, reason = "its mode is set where there are modes"))]
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        // Not into a directory that somebody else has put there.
        builder.create(&home.0)?;
        fs::write(home.0.join("config.toml"), CONFIG)?;
        Ok(home)
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // The system clears its temporary directory.
        let _ = fs::remove_dir_all(&self.0);
    }
}
