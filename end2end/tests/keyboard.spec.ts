import { expect, expectSignedIn, test } from "../support/fixtures";
import { hydrated } from "../support/lock";
import { wrong } from "../support/outbox";

test("the focus is where the next thing is typed", async ({ lock, phone, outbox }) => {
  await lock.open();
  await expect(lock.phone).toBeFocused();

  await lock.sendCode(phone);
  await expect(lock.code).toBeFocused();

  await lock.enterCode(wrong(await outbox.code(phone)));
  await expect(lock.notice).toContainText("Wrong code.");
  await expect(lock.code).toBeFocused();

  await lock.root.getByRole("link", { name: "Change number" }).click();
  await expect(lock.phone).toBeFocused();
});

test("Esc closes the dialog, and the focus returns to what opened it", async ({ page, lock }) => {
  await lock.open();
  await page.keyboard.press("Escape");
  await expect(lock.root).toBeHidden();
  await expect(lock.opener).toBeFocused();
});

test("so does the close button, by Space and by Enter", async ({ page, lock }) => {
  for (const key of ["Space", "Enter"]) {
    await lock.open();
    await lock.close.focus();
    await page.keyboard.press(key);
    await expect(lock.root).toBeHidden();
    await expect(lock.opener).toBeFocused();
  }
});

test("a dialog that was closed opens again where it was", async ({ page, lock, phone, outbox }) => {
  await lock.open();
  await lock.sendCodeAndWait(phone);
  await page.keyboard.press("Escape");
  await expect(lock.root).toBeHidden();

  await lock.opener.click();
  await expect(lock.code).toBeFocused();
  await lock.enterCode(await outbox.code(phone));
  await expectSignedIn(page);
});

test("Tab stays inside the dialog, in the order of the screen", async ({ page, lock }) => {
  await lock.open();
  const stops: string[] = [];
  for (let i = 0; i < 10; i++) {
    await page.keyboard.press("Tab");
    stops.push(
      await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return "browser";
        if (!element.closest("dialog")) return "page";
        if (element.role === "combobox") return "country";
        return element.getAttribute("aria-label") ?? element.getAttribute("name") ?? element.textContent ?? "";
      }),
    );
  }
  expect(stops).not.toContain("page");
  // From the phone field on: the button, then the browser's own stops, and around again.
  const own = stops.filter((stop) => stop !== "browser" && stop !== "");
  expect(own.slice(0, 5)).toEqual(["Send code", "Close", "country", "phone_number", "Send code"]);
});

test("the whole login goes by keyboard", async ({ page, phone, outbox }) => {
  await page.goto("/");
  await hydrated(page);
  await page.locator(".lock-open").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type(phone);
  await page.keyboard.press("Enter");
  await expect(page.locator("[name=code]")).toBeFocused();
  await page.keyboard.type(await outbox.code(phone));

  await expectSignedIn(page);
});
