//! `newlines DIR`: the floor of every scan. Reads every file below a directory with one buffer of 256 KB, the size that
//! the addon uses, and counts the newlines in it.

use std::env;
use std::fs::File;
use std::io::{self, Read};

use memchr::memchr_iter;
use walkdir::WalkDir;

const BUFFER: usize = 256 * 1024;

fn main() -> io::Result<()> {
    let dir = env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: newlines DIR"))?;
    let mut buffer = vec![0; BUFFER];
    let mut newlines = 0;
    for entry in WalkDir::new(dir) {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let mut file = File::open(entry.path())?;
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            newlines += memchr_iter(b'\n', &buffer[..read]).count();
        }
    }
    println!("{newlines}");
    Ok(())
}
