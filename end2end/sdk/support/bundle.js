import { fileURLToPath } from "node:url";
import { build } from "esbuild-wasm";

/** A package as one script for the browser, as its own build would make it. */
export async function bundle(entry) {
  const { outputFiles } = await build({
    // Not the entry itself: its "use strict" would become everyone's, and old packages need `this` to be the window.
    stdin: { contents: `require(${JSON.stringify(entry)})`, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    write: false,
    logLevel: "error",
    define: { global: "window", "process.env.NODE_ENV": '"production"' },
  });
  return outputFiles[0].text;
}
