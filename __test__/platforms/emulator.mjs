/**
 * Runs programs of another processor, and whatever they start, in a namespace in which the kernel knows an emulator.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";

/** The beginning of a program for 64-bit ARM, and which bits of it count. */
const ARM64 = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`;
const MASK = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;

/** `P`, `F`, `O`: started by the name it was called by, found in every namespace below, opened for the emulator. */
const RULE = `:arm64:M::${ARM64}:${MASK}:$0:PFO`;

const SCRIPT = `echo ready && read -r _ && mount -t binfmt_misc none /proc/sys/fs/binfmt_misc &&
printf %s '${RULE.replace("$0", `'"$0"'`)}' >/proc/sys/fs/binfmt_misc/register && exec "$@" </dev/null`;

/** The exit code of a command. Its user is root of the namespace, and other users are there too, as tests need them. */
export async function emulated(qemu, command, options) {
  const words = ["--user", "--mount", "sh", "-c", SCRIPT, qemu, ...command];
  const stdio = ["pipe", "pipe", "inherit"];
  const child = spawn("unshare", words, { ...options, stdio });
  const ended = once(child, "close");
  await once(child.stdout, "data");
  for (const map of ["uid_map", "gid_map"]) writeFileSync(`/proc/${child.pid}/${map}`, "0 0 65536");
  child.stdin.end("\n");
  child.stdout.pipe(process.stdout);
  const [code] = await ended;
  return code;
}
