// `npm run lint`: every check that reads the sources and changes nothing.
import { join } from "node:path";
import { prepare, root, sh } from "./prepare.mjs";

prepare();
const bin = (name) => join(root, "node_modules", ".bin", name);
sh("cargo", ["fmt", "--check"]);
sh("cargo", ["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]);
sh("cargo", ["clippy", "--quiet", "--no-default-features", "--lib", "--", "-D", "warnings"]);
sh("cargo", ["doc", "--quiet", "--no-deps"], {
  env: { ...process.env, RUSTDOCFLAGS: "-D warnings" },
});
sh(bin("oxlint"), ["--deny-warnings"]);
sh(bin("prettier"), ["--check", "--log-level=warn", "."]);
sh(process.execPath, [join(root, "scripts", "write-api.mjs"), "--check"]);
