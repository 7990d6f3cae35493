import { devices } from "@playwright/test";

/** How every suite uses Chromium. */
export const chromium = {
  ...devices["Desktop Chrome"],
  locale: "en-US",
  trace: "retain-on-failure" as const,
  actionTimeout: 15_000,
  launchOptions: {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

/** How every suite runs. */
export const runs = {
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: 2,
  // On a busy machine; on an idle one a test takes a second or two.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list" as const,
};
