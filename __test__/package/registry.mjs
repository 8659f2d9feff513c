/** A registry on loopback that has what was packed, and nothing else. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/** Serves the packages in `directory`, as `npm pack` described them; gives the address. */
export async function startRegistry(t, directory, packed) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, origin).pathname).slice(1);
    const tarball = packed.find(({ filename }) => path === `-/${filename}`);
    const found = packed.find(({ name }) => path === name);
    if (tarball) response.end(readFileSync(join(directory, tarball.filename)));
    else if (found) response.end(JSON.stringify(packument(found, origin)));
    else response.writeHead(404).end("{}");
  });
  await new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const origin = `http://127.0.0.1:${server.address().port}`;
  t.after(() => server.close());
  return origin;
}

function packument({ name, version, filename, integrity, shasum, manifest }, origin) {
  const dist = { tarball: `${origin}/-/${filename}`, integrity, shasum };
  return {
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, dist } },
  };
}
