// Makes what the tenant serves out of server/tenant/src/scripts: `npm run pack-scripts`, after each change there.

import { writeFile } from "node:fs/promises";
import { stop } from "esbuild-wasm";
import { folder, packedScripts } from "./support/scripts.js";

for (const { name, text, brotli, gzip } of await packedScripts()) {
  const path = `${folder}packed/${name}`;
  await Promise.all([writeFile(path, text), writeFile(`${path}.br`, brotli), writeFile(`${path}.gz`, gzip)]);
  console.log(`${name}: ${text.length} bytes, brotli ${brotli.length}, gzip ${gzip.length}`);
}
await stop();
