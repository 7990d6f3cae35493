import { fileURLToPath } from "node:url";
import { build } from "esbuild-wasm";

/** A package as one script for the browser, as its own build would make it; with a name, what it exports gets that name. */
export async function bundle(entry, name) {
  const required = `require(${JSON.stringify(entry)})`;
  const { outputFiles } = await build({
    // Not the entry itself: its "use strict" would become everyone's, and old packages need `this` to be the window.
    stdin: {
      contents: name ? `window.${name} = ${required}` : required,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    write: false,
    logLevel: "error",
    // As webpack has it, also for `require`: the other build of auth0-js is for script elements.
    mainFields: ["browser", "module", "main"],
    define: { global: "window", "process.env.NODE_ENV": '"production"' },
  });
  return outputFiles[0].text;
}
