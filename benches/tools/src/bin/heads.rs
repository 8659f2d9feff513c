//! `heads DIR`: the floor of every look at all threads. Walks a directory and reads 4 KB of each file, with one `open`,
//! one `pread` and one `close`.

use std::env;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use walkdir::WalkDir;

const HEAD: usize = 4096;

fn main() -> io::Result<()> {
    let dir = env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: heads DIR"))?;
    let mut head = [0; HEAD];
    let mut bytes = 0;
    for entry in WalkDir::new(dir) {
        let entry = entry?;
        if entry.file_type().is_file() {
            bytes += File::open(entry.path())?.read_at(&mut head, 0)?;
        }
    }
    println!("{bytes}");
    Ok(())
}
