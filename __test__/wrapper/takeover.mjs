import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { updater } from "./updater.mjs";

/**
 * Starts writers on a lock, and on takeovers of it, whose processes are gone; whoever says that it wrote has written.
 */
export async function loseNothing(box, { writers, updates }) {
  const gone = updater(box, "k", "v");
  await gone.ended;
  const token = `ao-wrapper ${hostname()} ${gone.pid}\n`;
  writeFileSync(`${box.metadataPath}.lock`, token);
  writeFileSync(`${box.metadataPath}.lock.break`, token);
  const { ino } = statSync(`${box.metadataPath}.lock`);
  writeFileSync(`${box.metadataPath}.lock.break-${ino}-1`, token);
  const script = `. "$0"; i=0; while [ $i -lt ${updates} ]; do
    i=$((i + 1)); update_ao_metadata "k$1-$i" v || echo lost; done`;
  const helper = join(box.bin, "ao-metadata-helper.sh");
  const outputs = await Promise.all(
    Array.from({ length: writers }, (_, number) => {
      const child = box.start("bash", ["-c", script, helper, String(number)], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      let given = "";
      child.stdout.on("data", (data) => (given += data));
      return new Promise((resolve) => child.on("close", () => resolve(given)));
    }),
  );
  const givenUp = outputs.join("").split("lost").length - 1;
  const written = Object.keys(box.metadata()).filter((key) => /^k\d+-\d+$/.test(key)).length;
  assert.equal(written + givenUp, writers * updates);
}
