import { setTimeout as wait } from "node:timers/promises";

const DEADLINE_MS = 15_000;

/** Asks until the answer is not `undefined`. */
export async function poll(what, probe) {
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    await wait(25);
  }
  throw new Error(`waited in vain for ${what}`);
}
