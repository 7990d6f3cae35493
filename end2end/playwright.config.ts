import { defineConfig, devices } from "@playwright/test";
import { chromium, runs } from "./support/browser";

type Flow = "redirect" | "token";

const ports = {
  redirect: { app: 4310, tenant: 4311 },
  token: { app: 4320, tenant: 4321 },
  strict: { app: 4330, tenant: 4331 },
  attack: { app: 4340, tenant: 4341 },
};
/** The tenant alone, whose scripts pages of other sites load. */
const SCRIPTS = 4350;
type Name = keyof typeof ports;
const url = (port: number) => `http://localhost:${port}`;

/** The program as it was built, with a database of its own and no limits. */
function server(name: Name, flow: Flow, settings: Record<string, string>) {
  const { app, tenant } = ports[name];
  const data = `target/end2end/${name}`;
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
      LIMIT_STARTS_PER_IP_HOUR: "0",
      LIMIT_STARTS_PER_PHONE_HOUR: "0",
      SMS_PUMPING_BREAKER: "false",
      RUST_LOG: "error",
      ...settings,
    },
  };
}

/** `passwordless tenant`, with clients that are not the app. */
function tenantAlone() {
  const { env, ...program } = server("redirect", "redirect", {});
  const data = "target/end2end/script";
  return {
    ...program,
    command: `rm -rf ${data} && mkdir -p ${data} && exec target/debug/passwordless tenant`,
    url: `${url(SCRIPTS)}/healthz`,
    env: {
      ...env,
      DATABASE_URL: `sqlite:${data}/tenant.db`,
      TENANT_ADDR: `127.0.0.1:${SCRIPTS}`,
      TENANT_CONFIG: "end2end/tests/script/tenant.yaml",
      TENANT_PUBLIC_URL: url(SCRIPTS),
    },
  };
}

const { launchOptions } = chromium;
const withoutThirdPartyCookies = {
  launchOptions: { ...launchOptions, args: [...launchOptions.args, "--test-third-party-cookie-phaseout"] },
};

const use = (name: Name) => ({ baseURL: url(ports[name].app), tenantUrl: url(ports[name].tenant) });

export default defineConfig<{ tenantUrl: string }>({
  testDir: "tests",
  outputDir: "test-results",
  ...runs,
  use: chromium,
  projects: [
    { name: "redirect", use: use("redirect"), testIgnore: ["superseded.spec.ts", "strict/*.spec.ts", "attack/*.spec.ts", "script/*.spec.ts"] },
    // How the login ends is all that differs, and how soon another code is offered.
    { name: "token", use: use("token"), testMatch: ["sign-in.spec.ts", "superseded.spec.ts"] },
    // The screens that are most used, on a phone.
    {
      name: "phone",
      use: { ...devices["Pixel 7"], ...use("redirect") },
      testMatch: ["sign-in.spec.ts", "code.spec.ts", "failures.spec.ts"],
    },
    // An app with terms, that remembers its visitors.
    { name: "strict", use: use("strict"), testMatch: "strict/*.spec.ts" },
    // Each code needs a proof of work.
    { name: "attack", use: use("attack"), testMatch: "attack/*.spec.ts" },
    // Pages of another site, in a browser that blocks third-party cookies.
    { name: "script", use: { ...withoutThirdPartyCookies, tenantUrl: url(SCRIPTS) }, testMatch: "script/*.spec.ts" },
  ],
  webServer: [
    server("redirect", "redirect", {}),
    server("token", "token", { RESEND_AFTER_SECONDS: "1" }),
    server("strict", "redirect", {
      MUST_ACCEPT_TERMS: "true",
      TERMS_URL: "https://app.example/terms",
      PRIVACY_URL: "https://app.example/privacy",
      TERMS_VERSION: "2026-11",
      REMEMBER_LAST_LOGIN: "true",
      LIMIT_COUNTRIES: "US,DE,AT,CH",
      DEFAULT_LOCATION: "AT",
    }),
    server("attack", "redirect", { PROOF_OF_WORK: "always", RESEND_AFTER_SECONDS: "1" }),
    tenantAlone(),
  ],
});
