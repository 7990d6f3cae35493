import { CDPSession, Page } from "@playwright/test";
import { expect, expectSignedIn, readable, test } from "../support/fixtures";
import { hydrated } from "../support/lock";
import { wrong } from "../support/outbox";

// What real people do with the right code in their hands.

test("Enter, pressed too while the code sends itself and the tenant is slow, goes the way once", async ({ page, lock, phone, outbox }) => {
  const ways: string[] = [];
  await page.route("**/passwordless/verify_redirect?*", async (route) => {
    ways.push(route.request().url());
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue().catch(() => {});
  });
  await lock.open("/?from=here");
  await lock.sendCodeAndWait(phone);
  await lock.code.fill(await outbox.code(phone));
  await expect.poll(() => ways.length).toBe(1);
  for (let presses = 0; presses < 3; presses++) await page.keyboard.press("Enter");
  await expectSignedIn(page, "/?from=here");
  expect(ways).toHaveLength(1);
});

test("two tabs with two numbers are two logins", async ({ page, context, phone, outbox }) => {
  const tabs = [page, await context.newPage()];
  const numbers = [phone, phone.replace("555", "556")];
  for (const [at, tab] of tabs.entries()) {
    await tab.goto("/login?return_to=/profile");
    await hydrated(tab);
    // The second tab opens where the first one is.
    if (at === 1) await tab.getByRole("link", { name: "Change number" }).click();
    await tab.locator(".lock [type=tel]").fill(numbers[at]);
    await tab.locator(".lock [type=tel]").press("Enter");
    await expect(tab.locator(".lock")).toContainText(readable(numbers[at]));
  }
  for (const [at, tab] of tabs.entries()) {
    await tab.locator(".lock [name=code]").fill(await outbox.code(numbers[at]));
    await expect(tab.locator("dl.profile")).toContainText(numbers[at]);
  }
});

test("a number that nobody lists is asked back once", async ({ page, lock }) => {
  await lock.open();
  await lock.sendCode("4545 0000", "Hong Kong");
  await expect(lock.notice).toContainText("Is \u2066+852\u00a04545\u00a00000\u2069 right?");
  await expect(lock.notice).toHaveAttribute("data-refused", "false");
  await expect(lock.phone).toHaveValue("4545 0000");
  await lock.button("Send code").click();
  await expect(lock.root).toContainText("has been sent to \u2066+852\u00a04545\u00a00000\u2069.");
  await expect(page).toHaveURL("/");
});

test("one more step leads to the tenant's own page", async ({ page, lock, phone, tenantUrl }) => {
  await lock.open("/?from=here");
  await lock.sendCodeAndWait(phone);
  await page.route("**/api/passwordless/verify", (route) => route.fulfill({ json: { Refused: { reason: "MoreSteps" } } }));
  await lock.code.fill("123456");
  await expect(lock.notice).toHaveText("One more step is needed before you are logged in.");
  const on = lock.root.getByRole("link", { name: "Continue" });
  await expect(on).toBeFocused();
  await on.press("Enter");
  await page.waitForURL(`${tenantUrl}/**`);
});

test("another name of this machine leads to the one that the login ends under", async ({ page, baseURL }) => {
  await page.goto(`${baseURL!.replace("localhost", "127.0.0.1")}/login?return_to=/profile`);
  expect(page.url()).toBe(`${baseURL}/login?return_to=/profile`);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a double click on the button that asks for the code", async ({ page, lock, phone, outbox }) => {
    await page.goto("/login");
    await lock.phone.fill(phone);
    await lock.button("Send code").dblclick({ noWaitAfter: true });
    await lock.code.fill(await outbox.code(phone, 1));
    await lock.button("Log in").click();
    await expectSignedIn(page);
  });

  test("a double click on the button that sends the code", async ({ page, lock, phone, outbox }) => {
    await page.goto("/login?return_to=/profile");
    await lock.sendCode(phone);
    await lock.code.fill(await outbox.code(phone));
    await lock.button("Log in").dblclick({ noWaitAfter: true });
    await expect(page.locator("dl.profile")).toContainText(phone);
  });

  test("a double click on the tenant's own page", async ({ page, lock, phone, outbox }) => {
    await page.goto("/login/hosted?return_to=/profile");
    await lock.sendCode(phone);
    await lock.code.fill(await outbox.code(phone));
    await lock.button("Log in").dblclick({ noWaitAfter: true });
    await expect(page.locator("dl.profile")).toContainText(phone);
  });

  test("the code with its sentence", async ({ page, lock, phone, outbox }) => {
    await page.goto("/login");
    await lock.sendCode(phone);
    const code = await outbox.code(phone);
    await lock.code.fill(`Your code is ${code.slice(0, 3)}-${code.slice(3)}`);
    await lock.button("Log in").click();
    await expectSignedIn(page);
  });
});

test.describe("a page that others change", () => {
  /** Holds the script back until the page was changed, as an extension or a translation is faster than it. */
  async function changed(page: Page, path: string, change: () => void) {
    let go = () => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    await page.route("**/*.wasm", async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(path);
    await page.evaluate(change);
    go();
  }

  /** What a browser's translation does: each text in an element of its own. */
  function translate() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      const parent = text.parentElement!;
      if (!text.data.trim() || parent.closest("[translate=no], script, style")) continue;
      const font = document.createElement("font");
      font.textContent = `«${text.data}»`;
      parent.replaceChild(font, text);
    }
  }

  for (const when of ["before", "after"]) {
    test(`translated ${when} it came alive`, async ({ page, lock, phone, outbox }) => {
      if (when === "before") await changed(page, "/login", translate);
      else await page.goto("/login");
      await hydrated(page);
      if (when === "after") await page.evaluate(translate);
      const button = lock.root.locator("form:visible button.lock-submit");
      await button.click();
      await expect(lock.notice).toHaveText("Please enter your phone number.");
      await lock.root.locator("[type=tel]").fill(phone);
      await button.click();
      await expect(lock.root).toContainText(`has been sent to ${readable(phone)}`);
      await page.evaluate(translate);
      const code = await outbox.code(phone);
      await lock.root.locator("[name=code]").fill(wrong(code));
      await expect(lock.notice).toHaveText("Wrong code. Tries left: 2.");
      await lock.root.locator("[name=code]").fill(wrong(code));
      await expect(lock.notice).toHaveText("Wrong code. Tries left: 1.");
      await lock.root.locator("[name=code]").fill(code);
      await expectSignedIn(page);
    });
  }

  const extensions: [string, () => void][] = [
    ["an icon beside each field", () => document.querySelectorAll(".lock input").forEach((i) => i.after(document.createElement("div")))],
    ["a bar at the head of each form", () => document.querySelectorAll(".lock form").forEach((f) => f.prepend(document.createElement("aside")))],
    ["a comment and a text in the card", () => document.querySelector(".lock-card")!.prepend(document.createComment("x"), "y")],
    ["nothing left of the header", () => document.querySelector(".lock-header")!.remove()],
    [
      "state of another version",
      () => {
        const state = (window as unknown as { __RESOLVED_RESOURCES: string[] }).__RESOLVED_RESOURCES;
        state.forEach((text, at) => (state[at] = text.replace(/^\d+/, "1")));
      },
    ],
  ];
  for (const [what, change] of extensions) {
    test.describe(what, () => {
      test.use({ expectedProblems: [/.*/] });

      test("the login works nevertheless", async ({ page, lock, phone, outbox }) => {
        await changed(page, "/login?return_to=/profile", change);
        await page.waitForLoadState("networkidle");
        await lock.root.locator("[type=tel]").fill(phone);
        await lock.root.locator("[type=tel]").press("Enter");
        await expect(lock.root).toContainText("has been sent to");
        await lock.root.locator("[name=code]").fill(await outbox.code(phone));
        // Where the dialog is alive the code has sent itself.
        await page.keyboard.press("Enter");
        await expect(page.locator("dl.profile")).toContainText(phone);
      });
    });
  }
});

test.describe("an input method", () => {
  async function ime(page: Page): Promise<CDPSession> {
    return page.context().newCDPSession(page);
  }

  test("composes the code and sends it once", async ({ page, lock, phone, outbox }) => {
    await lock.open();
    await lock.sendCodeAndWait(phone);
    const code = await outbox.code(phone);
    const calls: string[] = [];
    page.on("request", (request) => request.url().endsWith("/verify") && calls.push(request.postData() ?? ""));
    const session = await ime(page);
    await lock.code.focus();
    for (let end = 1; end <= code.length; end++) {
      await session.send("Input.imeSetComposition", { text: code.slice(0, end), selectionStart: end, selectionEnd: end });
    }
    await expect(lock.code).toHaveValue(code);
    expect(calls).toEqual([]);
    await session.send("Input.insertText", { text: code });
    await expectSignedIn(page);
    expect(calls).toHaveLength(1);
  });

  test("keeps its keys to itself in the list of countries", async ({ lock }) => {
    await lock.open();
    const before = await lock.country.inputValue();
    await lock.country.fill("ger");
    await expect(lock.country).toHaveAttribute("aria-expanded", "true");
    for (const key of ["Enter", "Escape", "ArrowDown"]) {
      await lock.country.evaluate((field, key) => {
        field.dispatchEvent(new KeyboardEvent("keydown", { key, isComposing: true, bubbles: true }));
        field.dispatchEvent(new KeyboardEvent("keydown", { key, keyCode: 229, bubbles: true }));
      }, key);
    }
    await expect(lock.country).toHaveAttribute("aria-expanded", "true");
    await expect(lock.country).toHaveValue("ger");
    await lock.country.press("Enter");
    await expect(lock.country).not.toHaveValue(before);
  });
});

test("values that a password manager sets without any event are taken", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.phone.evaluate((field: HTMLInputElement, phone) => (field.value = phone), phone);
  await lock.button("Send code").click();
  await expect(lock.root).toContainText(readable(phone));
  await lock.code.evaluate((field: HTMLInputElement, code) => (field.value = code), await outbox.code(phone));
  await lock.button("Log in").click();
  await expectSignedIn(page);
});

test("a code that is filled in twice is sent once", async ({ page, lock, phone, outbox }) => {
  const calls: string[] = [];
  page.on("request", (request) => request.url().endsWith("/api/passwordless/verify") && calls.push(request.url()));
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const code = await outbox.code(phone);
  await lock.code.evaluate((field: HTMLInputElement, code) => {
    for (let times = 0; times < 2; times++) {
      field.value = code;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }, code);
  await expectSignedIn(page);
  expect(calls).toHaveLength(1);
});

test("Enter and a double click together ask for one message", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.phone.fill(phone);
  await Promise.all([lock.phone.press("Enter"), lock.button(/Send code|Sending/).dblclick({ force: true })]);
  await expect(lock.root).toContainText(readable(phone));
  await lock.enterCode(await outbox.code(phone, 1));
  await expectSignedIn(page);
});

test("a browser is asked for the SMS once a code, and no more when the screen is left", async ({ page, lock, phone }) => {
  await page.addInitScript(() => {
    const log: string[] = [];
    Object.assign(window, { OTPCredential: class {}, log });
    const get = ({ signal }: { signal: AbortSignal }) => {
      log.push("asked");
      signal.addEventListener("abort", () => log.push("aborted"));
      return Promise.reject(new DOMException("no", "NotAllowedError"));
    };
    Object.defineProperty(navigator, "credentials", { value: { get } });
  });
  const log = () => page.evaluate(() => (window as unknown as { log: string[] }).log);
  await lock.open();
  await lock.sendCodeAndWait(phone);
  await lock.code.pressSequentially("12");
  await lock.button("Log in").click();
  await expect(lock.notice).toContainText("The code is not complete.");
  expect(await log()).toEqual(["asked"]);
  await lock.root.getByRole("link", { name: "Change number" }).click();
  await expect(lock.phone).toBeVisible();
  expect(await log()).toEqual(["asked", "aborted"]);
});

test("the countdown survives a clock that is set", async ({ page, lock, phone }) => {
  await page.clock.install();
  await lock.open();
  await lock.sendCodeAndWait(phone);
  const button = lock.root.getByRole("button", { name: "Send a new code in" });
  await page.clock.setSystemTime(new Date(Date.now() + 3_600_000));
  await page.clock.runFor(2_000);
  await expect(button).toBeDisabled();
  await page.clock.setSystemTime(new Date(Date.now() - 3_600_000));
  await page.clock.runFor(30_000);
  await expect(lock.button("Send a new code")).toBeEnabled();
});

test("a code that was typed before the page came alive is sent", async ({ page, lock, phone, outbox }) => {
  await page.goto("/login");
  await hydrated(page);
  await lock.sendCodeAndWait(phone);
  const code = await outbox.code(phone);
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await lock.code.fill(code);
  go();
  await expectSignedIn(page);
});

test("an answer that comes after the time-out is still taken", async ({ page, lock, phone, outbox }) => {
  await page.clock.install();
  await lock.open();
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route("**/api/passwordless/start", async (route) => {
    const response = await route.fetch();
    await held;
    await route.fulfill({ response });
  });
  await lock.sendCode(phone);
  const code = await outbox.code(phone);
  await page.clock.fastForward(21_000);
  await expect(lock.notice).toContainText("This is taking too long.");
  go();
  await expect(lock.root).toContainText(readable(phone));
  await lock.code.fill(code);
  await expectSignedIn(page);
});
