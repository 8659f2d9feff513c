// Calls the functions of the addon as a user for whom the mode bits of a file count: root, as which tests may run,
// ignores them. Everything is loaded first, since that user may not be allowed to read the checkout either.
import * as native from "@ao/plugin-codex/native";
import { becomeNobody } from "../../support/nobody.mjs";

becomeNobody();
const answers = [];
for (const [name, ...args] of JSON.parse(process.argv[2])) {
  const answer = Reflect.get(
    native,
    name,
  )(...args).then(
    (value) => ({ value }),
    ({ message, code }) => ({ error: { message, code } }),
  );
  answers.push(await answer);
}
process.stdout.write(JSON.stringify(answers));
