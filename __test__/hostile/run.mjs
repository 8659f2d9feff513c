// `npm test -- hostile`: what somebody who means harm can put where the package looks, each in a process of its own
// with limits on time, memory and descriptors. The answers have to be those of a machine on which nothing is there.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { prepare, root, sh } from "../../scripts/prepare.mjs";

prepare();
const here = join("__test__", "hostile");
const files = readdirSync(join(root, here)).filter((name) => name.endsWith(".test.mjs"));
sh(process.execPath, ["--test", ...files.map((name) => join(here, name))], { stdio: "inherit" });
