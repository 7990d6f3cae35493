import AxeBuilder from "@axe-core/playwright";
import { brotliCompressSync, constants } from "node:zlib";
import { expectAccessible } from "../../support/accessible";
import { expect } from "../../support/fixtures";
import { wrong } from "../../support/outbox";
import { Shop, test } from "./page";

/** What a page with a strict policy has to allow, and nothing else. */
const strict = (shop: Shop) => `default-src 'none'; script-src 'self' ${shop.tenant}; frame-src ${shop.tenant}`;

test("the tutorial's page works with another src", async ({ shop, outbox, phone, page, request }) => {
  const domain = new URL(shop.tenant).host;
  await shop.open({
    body: '<a href="javascript:login()">Login</a>',
    script: `
      var lock = new Auth0LockPasswordless("shop", "${domain}");
      function login() {
        lock.sms({ callbackURL: "${shop.callback}", authParams: { scope: "openid phone" } });
      }`,
  });
  await page.getByRole("link", { name: "Login" }).click();
  await shop.hydrated();
  await shop.phone.fill(phone.slice(2));
  await shop.phone.press("Enter");
  await shop.code.fill(await outbox.code(phone));
  await page.waitForURL(`${shop.callback}?*`);
  const answer = new URL(page.url()).searchParams;
  expect(answer.get("state")).toBeTruthy();

  const exchange = await request.post(`${shop.tenant}/oauth/token`, {
    form: {
      grant_type: "authorization_code",
      client_id: "shop",
      client_secret: "the-secret-of-the-shop",
      code: answer.get("code")!,
      redirect_uri: shop.callback,
    },
  });
  const { id_token } = await exchange.json();
  expect(JSON.parse(Buffer.from(id_token.split(".")[1], "base64url").toString()).phone_number).toBe(phone);
});

test("it works under a strict policy and without third-party cookies", async ({ shop, outbox, phone, page }) => {
  await shop.open({ policy: strict(shop), script: shop.opensBy(shop.sms) });
  await page.click("#login");
  await shop.hydrated();
  await shop.phone.fill(phone);
  await shop.phone.press("Enter");
  const code = await outbox.code(phone);
  await shop.code.fill(wrong(code));
  await expect(shop.frame.getByRole("alert")).toHaveText("Wrong code. Tries left: 2.");
  await expect.poll(() => shop.happened()).toEqual([
    "show",
    "socialOrPhoneNumber ready",
    "socialOrPhoneNumber submit",
    "vcode ready",
    "vcode submit",
    "authorization_error",
    [
      {
        error: "invalid_user_password",
        code: "invalid_user_password",
        description: "Wrong code. Tries left: 2.",
        error_description: "Wrong code. Tries left: 2.",
        errorDescription: "Wrong code. Tries left: 2.",
      },
    ],
  ]);
  await shop.code.fill(code);
  await page.waitForURL(`${shop.callback}?*code=*`);
});

test("keyboard: the focus goes into the frame, stays there, and comes back", async ({ shop, page }) => {
  await shop.open({ script: shop.opensBy(shop.sms) });
  await page.locator("#login").focus();
  await page.keyboard.press("Enter");
  await expect(shop.phone).toBeFocused();
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement!.closest("main"))).toBeNull();
  }
  await shop.phone.focus();
  await shop.escape();
  await expect(shop.dialog).toHaveCount(0);
  await expect(page.locator("#login")).toBeFocused();

  await page.locator("#login").press("Enter");
  await shop.frame.getByRole("button", { name: "Close" }).click();
  await expect(shop.dialog).toHaveCount(0);
  await expect(page.locator("#login")).toBeFocused();
});

test("Esc closes the open list of countries first", async ({ shop, page }) => {
  await shop.open({ script: shop.opensBy(shop.sms) });
  await page.click("#login");
  await shop.country.click();
  await expect(shop.frame.getByRole("listbox")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(shop.frame.getByRole("listbox")).toBeHidden();
  await expect(shop.dialog).toBeVisible();
});

test("screen readers get a dialog with a name", async ({ shop, page }) => {
  await shop.open({ script: shop.opensBy(shop.sms) });
  await page.click("#login");
  await expect(shop.phone).toBeFocused();
  await expect(page.getByRole("dialog", { name: "Log in – Shop" })).toBeVisible();
  await expect(page.locator("iframe")).toHaveAttribute("title", "Log in – Shop");
  await expect(shop.dialog).not.toHaveAttribute("aria-busy");
  await expectAccessible(page, "in the frame", new AxeBuilder({ page }).include("dialog.auth0-lock"));
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`on a small phone, ${colorScheme}`, async ({ browser, tenantUrl, site }) => {
    const context = await browser.newContext({ viewport: { width: 320, height: 568 }, colorScheme });
    const shop = new Shop(await context.newPage(), tenantUrl, site);
    await shop.open({ script: shop.opensBy(shop.sms) });
    await shop.page.click("#login");
    await expect(shop.phone).toBeFocused();
    const overflow = await shop.frame.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
    expect(overflow).toBe(0);
    const card = await shop.frame.locator(".lock").evaluate((lock) => getComputedStyle(lock).backgroundColor);
    expect(card).toBe(colorScheme === "dark" ? "rgb(25, 33, 31)" : "rgb(255, 255, 255)");
    // The page shines through around the card.
    const around = await shop.frame.locator("html").evaluate((html) => getComputedStyle(html).backgroundColor);
    expect(around).toBe("rgba(0, 0, 0, 0)");
    await context.close();
  });
}

test("without its script the link leads to the tenant's page", async ({ shop, outbox, phone, page }) => {
  await page.route("**/lock-passwordless.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await shop.open({ script: "" });
  await page.click("#login");
  await page.waitForURL(`${shop.tenant}/u/login/*`);
  await page.locator("input[type=tel]").fill(phone);
  await page.locator("input[type=tel]").press("Enter");
  await page.locator("input[name=code]").fill(await outbox.code(phone));
  await page.waitForURL(`${shop.callback}?*state=s*`);
});

test.describe("where the frame keeps no cookies", () => {
  test.use({ expectedProblems: [/410/] });

  test("the login goes on in the tenant's own page", async ({ shop, page }) => {
    await page.route("**/authorize?*web_message*", async (route) => {
      const response = await route.fetch({ maxRedirects: 0 });
      const { "set-cookie": _, ...headers } = response.headers();
      await route.fulfill({ status: 200, contentType: "text/html", body: `<script>location = ${JSON.stringify(headers.location)}</script>` });
    });
    await shop.open({ script: shop.opensBy(shop.sms) });
    await page.click("#login");
    await page.waitForURL(`${shop.tenant}/u/login/*`);
    await expect(page.locator("input[type=tel]")).toBeVisible();
  });
});

test.describe("a mistake of the page", () => {
  test.use({ expectedProblems: [/403/] });

  const at = (callback: (shop: Shop) => string) => (shop: Shop) =>
    `lock.sms({ callbackURL: "${callback(shop)}" }, (error) => happened.push(error.error))`;
  const mistakes = [
    { what: "an unknown client", client: "nobody", call: at((shop) => shop.callback), sentence: "Unknown client: nobody" },
    {
      what: "a foreign origin",
      client: "elsewhere",
      call: at(() => "https://elsewhere.example/callback"),
      sentence: "This page may not show the login.",
    },
    {
      what: "a callback that is not on the list",
      client: "shop",
      call: at((shop) => `${shop.site.origin}/other`),
      sentence: "Callback URL mismatch.",
    },
  ];
  for (const { what, client, call, sentence } of mistakes) {
    test(`${what} is said in the dialog's place`, async ({ shop, page }) => {
      await shop.open({ policy: strict(shop), script: shop.opensBy(call(shop), client) });
      await page.click("#login");
      await expect(shop.frame.getByRole("alert")).toHaveText(sentence);
      await expect(shop.phone).toHaveCount(0);
      expect(await shop.frame.locator("body").textContent()).not.toContain("elsewhere.example");
      await expect.poll(() => shop.happened()).toContain("authorization_error");
      await shop.frame.getByRole("button", { name: "Close" }).click();
      await expect(shop.dialog).toHaveCount(0);
    });
  }
});

test.describe("a wrong domain", () => {
  test.use({ expectedProblems: [/ERR_CONNECTION_REFUSED/] });

  test("is said in the dialog's place, with a link", async ({ shop, page }) => {
    await shop.open({ script: shop.opensBy(shop.sms, "shop", "localhost:4359") });
    await page.click("#login");
    await expect(page.getByRole("alert")).toContainText("The login of localhost:4359 cannot be shown here.");
    await expect(page.getByRole("link", { name: "Open it as a page" })).toBeFocused();
    expect(await shop.happened()).toContain("unrecoverable_error");
    await page.keyboard.press("Escape");
    await expect(shop.dialog).toHaveCount(0);
  });
});

test("messages of others are not heard", async ({ shop, page }) => {
  await shop.open({ script: shop.opensBy(shop.sms) });
  await page.click("#login");
  await expect(shop.phone).toBeFocused();
  await page.evaluate(() => {
    postMessage({ type: "authorization_response", response: { code: "forged", state: "s" } }, "*");
    postMessage({ lock: "hide" }, "*");
  });
  await page.evaluate(() => new Promise((done) => setTimeout(done)));
  await expect(shop.dialog).toBeVisible();
  expect(page.url()).toBe(`${shop.site.origin}/`);
});

test("a response with another state is not followed", async ({ shop, outbox, phone, page }) => {
  await page.route("**/resume", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace(/&quot;state&quot;:&quot;[^&]+/, "&quot;state&quot;:&quot;forged") });
  });
  await shop.open({ script: shop.opensBy(shop.sms) });
  await page.click("#login");
  await shop.hydrated();
  await shop.phone.fill(phone);
  await shop.phone.press("Enter");
  const answered = page.waitForResponse("**/resume");
  await shop.code.fill(await outbox.code(phone));
  await answered;
  await page.evaluate(() => new Promise((done) => setTimeout(done)));
  expect(page.url()).toBe(`${shop.site.origin}/`);
});

test("without a callbackURL the page gets the tokens", async ({ shop, outbox, phone, page }) => {
  const call = "lock.sms((error, profile, id_token, access_token) => happened.push([error, profile?.phone_number, typeof id_token, typeof access_token]))";
  await shop.open({ script: shop.opensBy(call, "tokens") });
  await page.click("#login");
  await shop.hydrated();
  await shop.phone.fill(phone);
  await shop.phone.press("Enter");
  await shop.code.fill(await outbox.code(phone));
  await expect.poll(() => shop.happened()).toContainEqual([null, phone, "string", "string"]);
  expect(await shop.happened()).toContain("authenticated");
  await expect(shop.dialog).toHaveCount(0);
});

test("options of Lock 11 and later", async ({ shop, page }) => {
  const options = {
    language: "de",
    defaultLocation: "at",
    prefill: { phoneNumber: "0664 123" },
    theme: { primaryColor: "#ea5323" },
    languageDictionary: { title: "Servus" },
    flashMessage: { type: "info", text: "Bitte melden Sie sich an." },
    closable: false,
    auth: { redirectUrl: shop.callback, responseType: "code", params: { scope: "openid" } },
  };
  await shop.open({ script: shop.opensBy(`lock.show(${JSON.stringify(options)})`) });
  await page.click("#login");
  await expect(shop.phone).toHaveValue("0664 123");
  await expect(shop.country).toHaveValue(/^Österreich \(\u200e\+43\)$/);
  await expect(shop.frame.getByRole("heading", { name: "Servus" })).toBeVisible();
  await expect(shop.frame.getByText("Bitte melden Sie sich an.")).toBeVisible();
  const color = await shop.frame.locator("button[type=submit]:visible").first().evaluate((button) => getComputedStyle(button).backgroundColor);
  expect(color).toBe("rgb(234, 83, 35)");
  await expect(shop.frame.locator("[data-lock-close]")).toBeHidden();
  await shop.phone.press("Escape");
  await expect(shop.dialog).toBeVisible();
  await page.evaluate("lock.hide()");
  await expect(shop.dialog).toHaveCount(0);
});

test("in an element of the page", async ({ shop, page }) => {
  const call = `lock.show({ container: "here", auth: { redirectUrl: "${shop.callback}" } })`;
  await shop.open({ body: '<a id="login" href="#">Log in</a><div id="here"></div>', script: shop.opensBy(call) });
  await page.click("#login");
  await expect(shop.phone).toBeVisible();
  await expect(shop.dialog).toHaveCount(0);
  // As high as what is in it.
  await expect.poll(() => page.locator("iframe").evaluate((frame) => frame.clientHeight)).toBeGreaterThan(400);
  await expect(shop.frame.locator("[data-lock-close]")).toBeHidden();
});

test("opened and closed many times it leaves nothing behind", async ({ shop, page }) => {
  await shop.open({ script: shop.opensBy(shop.sms) });
  const nodes = () => page.evaluate(() => [document.querySelectorAll("*").length, document.adoptedStyleSheets.length]);
  await page.evaluate(`${shop.sms}; lock.close()`);
  const before = await nodes();
  for (let times = 0; times < 20; times += 1) await page.evaluate(`${shop.sms}; lock.close()`);
  expect(await nodes()).toEqual(before);
  expect(await page.evaluate(`${shop.sms} !== false && ${shop.sms}`)).toBe(false);
  await page.evaluate("lock.destroy()");
  await expect(page.evaluate(shop.sms)).rejects.toThrow("can't be opened again after it has been destroyed");
});

test("what the constructor needs", async ({ shop, page }) => {
  await shop.open();
  const thrown = (call: string) => page.evaluate(`try { ${call}; "" } catch (error) { error.message }`);
  expect(await thrown("new Auth0LockPasswordless()")).toBe("A `clientID` string must be provided as first argument.");
  expect(await thrown('new Auth0LockPasswordless("a")')).toBe("A `domain` string must be provided as second argument.");
  expect(await thrown('new Auth0LockPasswordless("a", "b", 1)')).toBe(
    "When provided, the third argument must be an `options` object.",
  );
});

test("the script is small", async ({ request, tenantUrl }) => {
  const script = await (await request.get(`${tenantUrl}/lock-passwordless.js`)).body();
  const compressed = brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  expect(compressed.length).toBeLessThanOrEqual(5_000);
  expect(script.toString()).not.toMatch(/\beval\b|new Function|style=/);
});
