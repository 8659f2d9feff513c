//! `generate DIR FILES BYTES WORKSPACES SEED`: writes a Codex home and prints what is in it as JSON.

use std::env;
use std::io;
use std::path::PathBuf;

use bench_tools::home::{OLDEST_WORKSPACE, Plan, write};

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [dir, numbers @ ..] = args.as_slice() else { return Err(usage()) };
    let numbers: Result<Vec<u64>, _> = numbers.iter().map(|text| text.parse()).collect();
    let Ok([files, bytes, workspaces, seed]) = numbers.as_deref() else { return Err(usage()) };
    let plan = Plan { files: *files, bytes: *bytes, workspaces: *workspaces, seed: *seed };
    let ledger = write(&PathBuf::from(dir), &plan)?;
    println!(
        r#"{{"files":{},"bytes":{},"lines":{},"oldestWorkspace":"{OLDEST_WORKSPACE}","billed":{}}}"#,
        ledger.files,
        ledger.bytes,
        ledger.lines,
        ledger.billed.json()
    );
    Ok(())
}

fn usage() -> io::Error {
    io::Error::other("usage: generate DIR FILES BYTES WORKSPACES SEED")
}
