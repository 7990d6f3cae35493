import { BrowserContext, expect, Page, test as base } from "@playwright/test";
import { Lock } from "./lock";
import { Outbox } from "./outbox";

type Options = { tenantUrl: string };
type Fixtures = { expectedProblems: RegExp[]; quiet: void; phone: string; outbox: Outbox; lock: Lock };

let numbers = 0;

export const test = base.extend<Options & Fixtures>({
  tenantUrl: ["", { option: true }],

  expectedProblems: async ({}, use) => use([]),

  /** Fails a test in which any page logged an error, threw one or broke the content security policy. */
  quiet: [
    async ({ context, expectedProblems }, use) => {
      const problems = listen(context);
      await use();
      const unexpected = problems.filter((problem) => !expectedProblems.some((expected) => expected.test(problem)));
      expect(unexpected, "errors in the console").toEqual([]);
    },
    { auto: true },
  ],

  /** A number that no other test uses. */
  phone: async ({}, use, testInfo) => {
    numbers += 1;
    await use(`+1415555${1000 + testInfo.workerIndex * 100 + numbers}`);
  },

  outbox: async ({ playwright, tenantUrl }, use) => {
    const request = await playwright.request.newContext();
    await use(new Outbox(request, tenantUrl));
    await request.dispose();
  },

  lock: async ({ page }, use) => use(new Lock(page)),
});

function listen(context: BrowserContext): string[] {
  const problems: string[] = [];
  context.on("console", (message) => {
    // A broken policy is reported as an error; what Leptos cannot hydrate, as a warning.
    if (["error", "warning"].includes(message.type())) {
      problems.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  context.on("weberror", (error) => problems.push(error.error().stack ?? String(error.error())));
  return problems;
}

/** How a number is shown: `+1 415 555 2671`, in marks that keep it from left to right. */
export function readable(phone: string): string {
  return isolated(phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3"));
}

/** What is read from left to right whatever the language: numbers and times. */
export function isolated(text: string): string {
  return `\u2066${text}\u2069`;
}

export async function expectSignedIn(page: Page, path = "/") {
  await expect(page.locator(".lock-sign-out").getByRole("button")).toBeVisible();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(path);
}

export { expect } from "@playwright/test";
