import { expect, Locator, Page } from "@playwright/test";

/** The Lock dialog as a person sees it, in a modal or as a part of a page. */
export class Lock {
  readonly root: Locator;
  readonly opener: Locator;
  readonly country: Locator;
  readonly countryList: Locator;
  readonly countries: Locator;
  readonly phone: Locator;
  readonly code: Locator;
  readonly notice: Locator;
  readonly close: Locator;

  constructor(private readonly page: Page) {
    this.root = page.locator(".lock");
    this.opener = page.locator(".lock-open");
    this.country = this.root.getByRole("combobox", { name: "Country" });
    this.countryList = this.root.locator("select[name=country]");
    this.countries = this.root.getByRole("option");
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

  /** By typing in the combobox, or from the list that is there without JavaScript. */
  async chooseCountry(country: string) {
    if (await this.countryList.isVisible()) {
      await this.countryList.selectOption(country);
    } else {
      await this.country.fill(country);
      await expect(this.country).toHaveAttribute("aria-expanded", "true");
      await this.country.press("Enter");
    }
  }

  async sendCode(phone: string, country = "US") {
    await this.chooseCountry(country);
    await this.phone.fill(phone);
    await this.button("Send code").click();
  }

  /** Past the first screen. */
  async sendCodeAndWait(phone: string) {
    await this.sendCode(phone);
    await expect(this.code).toBeVisible();
  }

  /** A whole code is sent by itself; without JavaScript, by the button. */
  async enterCode(code: string) {
    const alive = await this.page.locator("[data-hydrated=true]").count();
    await this.code.fill(code);
    if (!alive) await this.button("Log in").click();
  }
}

/** Until then a press goes to the server as a plain form or link, which works but is another path. */
export async function hydrated(page: Page) {
  await page.locator("[data-hydrated=true]").first().waitFor({ state: "attached" });
}
