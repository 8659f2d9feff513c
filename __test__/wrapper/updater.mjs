/** A process that stores one pair in the metadata of the sandbox; `ended` tells how it ended. */
export function updater(box, key, value, options) {
  const script = `. '${box.bin}/ao-metadata-helper.sh'; update_ao_metadata "$1" "$2"`;
  const child = box.start("bash", ["-c", script, "sh", key, value], {
    stdio: "ignore",
    ...options,
  });
  child.ended = new Promise((resolve) =>
    child.on("close", (status, signal) => resolve({ status, signal })),
  );
  return child;
}
