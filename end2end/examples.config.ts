import { defineConfig } from "@playwright/test";
import { chromium, runs } from "./support/browser";

const TENANT = "http://localhost:4340";
const CLIENT = { AUTH0_CLIENT_ID: "examples", AUTH0_CLIENT_SECRET: "the-secret-of-the-examples" };

const examples = {
  hydrated: { example: "hydrated", port: 4341, flow: "redirect" },
  "hydrated, flow token": { example: "hydrated", port: 4342, flow: "token" },
  islands: { example: "islands", port: 4343, flow: "redirect" },
  own_ui: { example: "own_ui", port: 4344, flow: "token" },
};

const apps = Object.values(examples).map(({ example, port, flow }) => ({
  cwd: "..",
  command: `exec target/debug/${example}`,
  url: `http://localhost:${port}/`,
  reuseExistingServer: false,
  stdout: "ignore" as const,
  env: {
    APP_BASE_URL: `http://localhost:${port}`,
    AUTH0_DOMAIN: TENANT,
    AUTH0_LOGIN_FLOW: flow,
    LEPTOS_OUTPUT_NAME: example,
    LEPTOS_SITE_ADDR: `127.0.0.1:${port}`,
    LEPTOS_SITE_ROOT: `target/examples/${example}`,
    ...CLIENT,
  },
}));

const tenant = {
  cwd: "..",
  command: "rm -rf target/end2end/examples && mkdir -p target/end2end/examples && exec target/debug/passwordless tenant",
  url: `${TENANT}/healthz`,
  reuseExistingServer: false,
  gracefulShutdown: { signal: "SIGTERM" as const, timeout: 5_000 },
  stdout: "ignore" as const,
  env: {
    DATABASE_URL: "sqlite:target/end2end/examples/tenant.db",
    LIMIT_STARTS_PER_IP_HOUR: "0",
    LIMIT_STARTS_PER_PHONE_HOUR: "0",
    SMS_PUMPING_BREAKER: "false",
    RUST_LOG: "error",
    TENANT_ADDR: "127.0.0.1:4340",
    TENANT_CONFIG: "examples/tenant.yaml",
    TENANT_PUBLIC_URL: TENANT,
  },
};

const of = (name: keyof typeof examples) => ({ baseURL: `http://localhost:${examples[name].port}`, tenantUrl: TENANT });

export default defineConfig<{ tenantUrl: string }>({
  testDir: "examples",
  outputDir: "test-results",
  ...runs,
  use: chromium,
  projects: [
    { name: "hydrated", use: of("hydrated"), testMatch: ["every-app.spec.ts", "router.spec.ts"] },
    { name: "hydrated, flow token", use: of("hydrated, flow token"), testMatch: ["every-app.spec.ts", "router.spec.ts", "no-reload.spec.ts"] },
    { name: "islands", use: of("islands"), testMatch: "every-app.spec.ts" },
    { name: "own UI", use: of("own_ui"), testMatch: "own-ui.spec.ts" },
  ],
  webServer: [tenant, ...apps],
});
