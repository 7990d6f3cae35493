import { defineConfig, devices } from "@playwright/test";

type Flow = "redirect" | "token";

const ports = { redirect: { app: 4310, tenant: 4311 }, token: { app: 4320, tenant: 4321 } };
const url = (port: number) => `http://localhost:${port}`;

/** The program as it was built, with a database of its own and no limits. */
function server(flow: Flow) {
  const { app, tenant } = ports[flow];
  const data = `target/end2end/${flow}`;
  return {
    cwd: "..",
    command: `rm -rf ${data} && mkdir -p ${data} && exec target/debug/passwordless serve`,
    url: `${url(app)}/readyz`,
    reuseExistingServer: false,
    gracefulShutdown: { signal: "SIGTERM" as const, timeout: 5_000 },
    stdout: "ignore" as const,
    env: {
      APP_BASE_URL: url(app),
      LEPTOS_SITE_ADDR: `127.0.0.1:${app}`,
      TENANT_ADDR: `127.0.0.1:${tenant}`,
      TENANT_PUBLIC_URL: url(tenant),
      DATABASE_URL: `sqlite:${data}/passwordless.db`,
      AUTH0_LOGIN_FLOW: flow,
      RESEND_AFTER_SECONDS: flow === "token" ? "1" : "30",
      LIMIT_STARTS_PER_IP_HOUR: "0",
      LIMIT_STARTS_PER_PHONE_HOUR: "0",
      RUST_LOG: "error",
    },
  };
}

const use = (flow: Flow) => ({ baseURL: url(ports[flow].app), tenantUrl: url(ports[flow].tenant) });

export default defineConfig<{ tenantUrl: string }>({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: 2,
  timeout: 20_000,
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    trace: "retain-on-failure",
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
  },
  projects: [
    { name: "redirect", use: use("redirect"), testIgnore: "superseded.spec.ts" },
    // How the login ends is all that differs, and how soon another code is offered.
    { name: "token", use: use("token"), testMatch: ["sign-in.spec.ts", "superseded.spec.ts"] },
  ],
  webServer: [server("redirect"), server("token")],
});
