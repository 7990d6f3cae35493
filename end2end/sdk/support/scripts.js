import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { transform } from "esbuild-wasm";

/** Where the tenant's scripts for applications are, as they are written; `packed` in it has what is served. */
export const folder = fileURLToPath(new URL("../../../server/tenant/src/scripts/", import.meta.url));

/** Each script: its name, its text as it is served, and the text compressed. */
export async function packedScripts() {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".js"));
  return Promise.all(files.map(packed));
}

async function packed(file) {
  const source = await readFile(folder + file, "utf8");
  const { code } = await transform(source, { minify: true, target: "es2018", legalComments: "none" });
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: code.length };
  return {
    name: file.replace(/js$/, "min.js"),
    text: code,
    brotli: brotliCompressSync(code, { params }),
    gzip: gzipSync(code, { level: 9 }),
  };
}
