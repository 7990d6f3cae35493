import { chromium } from "@playwright/test";
import { wrong } from "./tenant.js";

const TIMEOUT_MS = 15_000;

/** Chromium, as playwright.config.ts starts it. */
export function openBrowser() {
  return chromium.launch({
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
  });
}

/** A page of a browser that has never been anywhere. */
export async function newPage(browser, options) {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(TIMEOUT_MS);
  return page;
}

/** What a person does on the tenant's own login page. */
export async function signIn(page, tenant, phone) {
  await enterPhone(page, phone);
  await enterCode(page, await tenant.code(phone));
}

async function enterPhone(page, phone) {
  await page.locator("[data-hydrated=true]").waitFor();
  await page.getByLabel("Phone number").fill(phone);
  await page.getByRole("button", { name: "Send code" }).click();
  await page.getByLabel("Code", { exact: true }).waitFor();
}

/** A whole code is sent by itself. */
async function enterCode(page, code) {
  await page.getByLabel("Code", { exact: true }).fill(code);
}

/** The same as signIn, with a wrong code first, which the page says. */
export async function signInAtSecondTry(page, tenant, phone) {
  await enterPhone(page, phone);
  const code = await tenant.code(phone);
  await enterCode(page, wrong(code));
  await page.getByText("Wrong code. Tries left: 2.").waitFor();
  await enterCode(page, code);
}
