//! Link settings that a Node addon needs on each platform, and the stamp of what is kept on disk.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// What decides how a rollout is read, and what is kept of it.
const READERS: [&str; 5] = ["codec", "fs", "index", "ledger", "rollout"];

fn main() -> io::Result<()> {
    // The core alone is no addon, and some platforms look for a Node to link with.
    if env::var_os("CARGO_FEATURE_BINDING").is_some() {
        napi_build::setup();
    }
    // States that another build has kept may mean something else: whatever changes here makes them void. So does
    // another compiler, whose hashes may be others.
    let mut stamp = Stamp(0xcbf2_9ce4_8422_2325);
    for reader in READERS {
        stamp.add_path(&Path::new("src").join(reader))?;
    }
    let compiler = env::var_os("RUSTC").unwrap_or("rustc".into());
    stamp.add(&Command::new(compiler).arg("-vV").output()?.stdout);
    println!("cargo::rustc-env=AO_STORE_STAMP={}", stamp.0);
    println!("cargo::rerun-if-changed=src");
    Ok(())
}

/// FNV-1a.
struct Stamp(u64);

impl Stamp {
    fn add_path(&mut self, path: &Path) -> io::Result<()> {
        self.add(path.to_string_lossy().replace('\\', "/").as_bytes());
        if !path.is_dir() {
            self.add(&fs::read(path)?);
            return Ok(());
        }
        let entries: io::Result<Vec<_>> = fs::read_dir(path)?.collect();
        let mut paths: Vec<_> = entries?.into_iter().map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().try_for_each(|path| self.add_path(path))
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}
