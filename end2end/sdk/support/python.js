import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const python = fileURLToPath(new URL("../.venv/bin/python", import.meta.url));

/** A Python program that answers each line with a line, both JSON. */
export class Python {
  constructor(program, ...args) {
    this.process = spawn(python, [program, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.ended = once(this.process, "exit");
  }

  async call(name, ...args) {
    this.process.stdin.write(`${JSON.stringify([name, ...args])}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`the Python program ended at ${name}`);
    return JSON.parse(value);
  }

  async stop() {
    this.process.stdin.end();
    await this.ended;
  }
}
