//! `stats DIR`: the floor of every later refresh without events. Walks a directory and asks for each file what the
//! system says of it.

use std::env;
use std::io;

use walkdir::WalkDir;

fn main() -> io::Result<()> {
    let dir = env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: stats DIR"))?;
    let mut bytes = 0;
    for entry in WalkDir::new(dir) {
        let entry = entry?;
        if entry.file_type().is_file() {
            bytes += entry.metadata()?.len();
        }
    }
    println!("{bytes}");
    Ok(())
}
