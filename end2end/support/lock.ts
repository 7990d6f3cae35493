import { expect, Locator, Page } from "@playwright/test";

/** The Lock dialog as a person sees it, in a modal or as a part of a page. */
export class Lock {
  readonly root: Locator;
  readonly opener: Locator;
  readonly country: Locator;
  readonly phone: Locator;
  readonly code: Locator;
  readonly notice: Locator;
  readonly close: Locator;

  constructor(private readonly page: Page) {
    this.root = page.locator(".lock");
    this.opener = page.locator(".lock-open");
    this.country = this.root.getByLabel("Country");
    this.phone = this.root.getByLabel("Phone number");
    this.code = this.root.getByLabel("Code", { exact: true });
    this.notice = this.root.getByRole("alert");
    this.close = this.root.getByRole("button", { name: "Close" });
  }

  /** Goes to a page and opens the dialog there. */
  async open(path = "/") {
    await this.page.goto(path);
    await hydrated(this.page);
    await this.opener.click();
    await expect(this.phone).toBeVisible();
  }

  button(name: string | RegExp): Locator {
    return this.root.getByRole("button", { name });
  }

  async sendCode(phone: string, country = "US") {
    await this.country.selectOption(country);
    await this.phone.fill(phone);
    await this.button("Send code").click();
  }

  /** Past the first screen. */
  async sendCodeAndWait(phone: string) {
    await this.sendCode(phone);
    await expect(this.code).toBeVisible();
  }

  async enterCode(code: string) {
    await this.code.fill(code);
    await this.button("Log in").click();
  }
}

/** Until then a press goes to the server as a plain form or link, which works but is another path. */
export async function hydrated(page: Page) {
  await page.locator("[data-hydrated=true]").first().waitFor({ state: "attached" });
}
