// `npm run format`: writes every source file in the project's one form.
import { join } from "node:path";
import { prepare, root, sh } from "./prepare.mjs";

prepare();
sh("cargo", ["fmt"]);
sh(join(root, "node_modules", ".bin", "prettier"), ["--write", "--log-level=warn", "."]);
