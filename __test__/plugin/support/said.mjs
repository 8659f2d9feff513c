/** What is said on stderr while `work` runs, a line each. */
export const saidDuring = async (t, work) => {
  const lines = [];
  const write = t.mock.method(process.stderr, "write", (text) => lines.push(String(text)));
  await work();
  write.mock.restore();
  return lines;
};
