import { APIRequestContext, BrowserContext, Page } from "@playwright/test";
import { expectAccessible } from "../support/accessible";
import { expect, test } from "../support/fixtures";

/** Asks for a code as a page with the tenant's script does, as the client of the sample. */
async function requestCode(request: APIRequestContext, phone: string) {
  const page = await request.get("/sample");
  const sample = await page.text();
  const [domain, clientId] = ["domain", "client-id"].map((name) => sample.match(`data-${name}="([^"]+)"`)![1]);
  const started = await request.post(`http://${domain}/passwordless/start`, {
    headers: { origin: new URL(page.url()).origin },
    data: { client_id: clientId, connection: "sms", phone_number: phone, send: "code" },
  });
  expect(started.ok(), await started.text()).toBe(true);
}

/** Other tests send messages to the same tenant. */
const messagesTo = (page: Page, phone: string) => page.getByRole("log").getByRole("listitem").filter({ hasText: phone });
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
const mayCopy = (context: BrowserContext) => context.grantPermissions(["clipboard-read", "clipboard-write"]);

test("a message appears as it arrives, above the older ones", async ({ page, request, phone, tenantUrl }) => {
  await page.goto(`${tenantUrl}/outbox`);
  await requestCode(request, phone);
  const messages = messagesTo(page, phone);
  await expect(messages).toHaveCount(1);
  await expect(messages).toHaveClass("arrived");

  const other = `${phone.slice(0, -4)}9${phone.slice(-3)}`;
  await requestCode(request, other);
  await expect(messagesTo(page, other)).toHaveCount(1);
  const top = async (of: string) => (await messagesTo(page, of).boundingBox())!.y;
  expect(await top(other)).toBeLessThan(await top(phone));
});

test("a message that arrives moves nothing for those who want no motion", async ({ page, request, phone, tenantUrl }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`${tenantUrl}/outbox`);
  await requestCode(request, phone);
  await expect(messagesTo(page, phone)).toHaveCSS("animation-name", "none");
});

test("the code is copied by the keyboard, and the page says so", async ({ page, context, request, phone, outbox, tenantUrl }) => {
  await mayCopy(context);
  await requestCode(request, phone);
  const code = await outbox.code(phone);
  await page.goto(`${tenantUrl}/outbox`);
  const button = messagesTo(page, phone).getByRole("button");
  await expect(button).toHaveAccessibleName(`Copy code ${code}`);
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toHaveText(`Code ${code} copied.`);
  await expect(button).toContainText("Copied");
  await expect(button).toBeFocused();
  expect(await clipboard(page)).toBe(code);
  await expect(button).toHaveAccessibleName(`Copy code ${code}`);
});

test("a code that cannot be copied is selected", async ({ page, request, phone, outbox, tenantUrl }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
  });
  await requestCode(request, phone);
  const code = await outbox.code(phone);
  await page.goto(`${tenantUrl}/outbox`);
  await messagesTo(page, phone).getByRole("button").click();
  await expect(page.getByRole("status")).toContainText("The code is selected");
  expect(await page.evaluate(() => String(getSelection()))).toBe(code);
});

test.describe("in Tokyo", () => {
  test.use({ timezoneId: "Asia/Tokyo" });

  test("times are the browser's, with the day if it is not today", async ({ page, request, phone, tenantUrl }) => {
    await requestCode(request, phone);
    await page.goto(`${tenantUrl}/outbox`);
    const time = messagesTo(page, phone).locator("time");
    const at = new Date((await time.getAttribute("datetime"))!);
    const clock = at.toLocaleTimeString("en-GB", { timeZone: "Asia/Tokyo" });
    await expect(time).toHaveText(clock);

    await page.clock.setFixedTime(at.getTime() + 2 * 24 * 60 * 60 * 1000);
    await page.reload();
    await expect(time).toHaveText(new RegExp(`^\\w+, .*\\d.*, ${clock}$`));
  });
});

test("a message from right to left is read from right to left", async ({ page, request, phone, tenantUrl }) => {
  await requestCode(request, phone);
  await page.goto(`${tenantUrl}/outbox`);
  const body = messagesTo(page, phone).locator(".body");
  // As a template in Arabic would write it; this tenant has the English one.
  await body.evaluate((message) => (message.textContent = "رمز التحقق: 123456 (Acme)"));
  await expect(body).toHaveCSS("direction", "rtl");
  await expect(messagesTo(page, phone).locator("code")).toHaveCSS("direction", "ltr");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the outbox is accessible in ${colorScheme}, and fits a small phone`, async ({ page, request, phone, tenantUrl }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 320, height: 640 });
    await requestCode(request, phone);
    await page.goto(`${tenantUrl}/outbox`);
    await expect(messagesTo(page, phone).getByRole("button")).toBeVisible();
    await expectAccessible(page, colorScheme);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the page reloads itself, and says that times are in UTC", async ({ page, request, phone, outbox, tenantUrl }) => {
    await page.goto(`${tenantUrl}/outbox`);
    await requestCode(request, phone);
    const message = messagesTo(page, phone);
    await expect(message.locator("code")).toHaveText(await outbox.code(phone));
    await expect(message.locator("time")).toHaveText(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    await expect(message.locator("button")).toBeHidden();
  });
});
