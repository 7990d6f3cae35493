// Runs the tests and writes the table of clients in README.md. Fails if a test fails, or if the table was another one.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { clients } from "./clients.js";

const TIMEOUT_MS = 60_000;
const BEGIN = "<!-- written by run.js -->\n";
const END = "<!-- end -->\n";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const python = here(".venv/bin/python");

const files = readdirSync(here("tests")).filter((name) => name.endsWith(".test.js"));
const paths = files.map((name) => here(`tests/${name}`));

/** What became of each test and suite: its file, its name if it is in no other, and whether it passed. */
const results = [];

const tests = run({ files: paths, concurrency: true, timeout: TIMEOUT_MS });
for (const passed of [true, false]) {
  tests.on(passed ? "test:pass" : "test:fail", ({ file, name, nesting }) => {
    if (!passed) process.exitCode = 1;
    if (file) results.push({ file: basename(file, ".test.js"), name, passed, isOutermost: nesting === 0 });
  });
}
tests.on("end", writeTable);
tests.compose(new spec()).pipe(process.stdout);

function writeTable() {
  const rows = clients.map((client) => `| ${[client.name, version(client), client.tested, outcome(client)].join(" | ")} |\n`);
  const table = ["| client | version | tested | green |\n", "|---|---|---|---|\n", ...rows].join("");
  const path = here("README.md");
  const text = readFileSync(path, "utf8");
  const [before, after] = [text.split(BEGIN)[0], text.split(END)[1]];
  const written = `${before}${BEGIN}\n${table}\n${END}${after}`;
  if (written === text) return;
  writeFileSync(path, written);
  console.error("end2end/sdk/README.md was not what this run has found; it is now: commit it.");
  process.exitCode = 1;
}

/** As it is installed. */
function version({ name, module = name, python: distribution }) {
  if (!distribution) return JSON.parse(readFileSync(here(`node_modules/${module}/package.json`), "utf8")).version;
  const program = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))";
  return execFileSync(python, ["-c", program, distribution], { encoding: "utf8" }).trim();
}

/** Yes if there are tests of the client and all have passed. */
function outcome({ name, file = basename(name), suite }) {
  const found = results.filter((result) => result.file === file && (!suite || (result.isOutermost && result.name === suite)));
  return found.length > 0 && found.every(({ passed }) => passed) ? "yes" : "**no**";
}
