/** The platforms of a release: which of them this machine can run, and how. */
import { spawnSync } from "node:child_process";
import { emulated } from "./emulator.mjs";
import { arm64Node, muslNode, qemu } from "./tools.mjs";

/** Runs a command as it is. */
const native = ([program, ...args], options) =>
  spawnSync(program, args, { ...options, stdio: "inherit" }).status;

const byQemu = (command, options) => emulated(qemu(), command, options);

/**
 * For each its target and, where programs of it run here, the Nodes that there are for it, the newest last, how a path
 * of one is had, and how a command is run; the exit code comes back.
 */
export const PLATFORMS = {
  "linux-x64-musl": {
    target: "x86_64-unknown-linux-musl",
    versions: ["20.18.0", "22.20.0", "24.19.0"],
    node: (version) => muslNode({ version, wheel: "musllinux_1_2_x86_64" }),
    run: native,
  },
  "linux-arm64-gnu": {
    target: "aarch64-unknown-linux-gnu",
    versions: ["20.20.2", "22.23.3", "24.22.0"],
    node: arm64Node,
    run: byQemu,
  },
  "linux-arm64-musl": {
    target: "aarch64-unknown-linux-musl",
    versions: ["22.20.0", "24.19.0"],
    node: (version) => muslNode({ version, wheel: "musllinux_1_2_aarch64", arch: "arm64" }),
    run: byQemu,
  },
  "windows-x64": { target: "x86_64-pc-windows-msvc" },
  "macos-x64": { target: "x86_64-apple-darwin" },
  "macos-arm64": { target: "aarch64-apple-darwin" },
};
