//! `measure PROGRAM [ARGUMENT…]`: runs a program and prints what it cost, it and every process that it waited for: the
//! microseconds of CPU (user and system), the blocks read from the disk, its exit code. What the program prints
//! follows.

use std::env;
use std::io;
use std::process::{Command, Stdio};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

fn main() -> io::Result<()> {
    let mut args = env::args_os().skip(1);
    let program = args.next().ok_or_else(|| io::Error::other("usage: measure PROGRAM …"))?;
    let output = Command::new(program).args(args).stderr(Stdio::inherit()).output()?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = usage.user_time() + usage.system_time();
    let printed = String::from_utf8_lossy(&output.stdout);
    let (cpu, blocks) = (cpu.num_microseconds(), usage.block_reads());
    let status = output.status.code().unwrap_or(-1);
    println!("{cpu} {blocks} {status}");
    print!("{printed}");
    Ok(())
}
