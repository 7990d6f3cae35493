import { FrameLocator, Page } from "@playwright/test";
import { createServer } from "node:http";
import { test as base } from "../../support/fixtures";

type Options = { body?: string; policy?: string; script?: string };
type Answer = { type: string; headers?: Record<string, string>; body: string };

/** A site at 127.0.0.1, which to the tenant at `localhost` is another one: a page each for what a test put there. */
export class Site {
  readonly pages = new Map<string, Answer>();
  readonly origin: string;
  private readonly server = createServer(({ url }, response) => {
    const { pathname } = new URL(url!, this.origin);
    const page = this.pages.get(pathname) ?? { type: "text/html", body: `<!doctype html><title>${pathname}</title>` };
    response.writeHead(200, { ...page.headers, "content-type": page.type }).end(page.body);
  });

  /** tenant.yaml has the callbacks of two of them, one for each worker. */
  constructor(worker: number) {
    this.origin = `http://127.0.0.1:${4351 + worker}`;
  }

  async start() {
    await new Promise<void>((done) => this.server.listen(Number(new URL(this.origin).port), "127.0.0.1", done));
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** A page of that site, which loads the tenant's script. */
export class Shop {
  /** The login page, inside of the page's frame. */
  readonly frame: FrameLocator;
  readonly callback: string;
  /** Opens the dialog as Lock Passwordless 2 does, and writes down what its callback gets. */
  readonly sms: string;

  constructor(
    readonly page: Page,
    readonly tenant: string,
    readonly site: Site,
  ) {
    this.frame = page.frameLocator("iframe.auth0-lock");
    this.callback = `${site.origin}/callback`;
    this.sms = `lock.sms({ callbackURL: "${this.callback}" }, (...answer) => happened.push(answer))`;
  }

  get phone() {
    return this.frame.locator("input[type=tel]:visible");
  }

  get code() {
    return this.frame.locator("input[name=code]:visible");
  }

  /** Only once the page in the frame is hydrated. */
  get country() {
    return this.frame.locator("input[role=combobox]");
  }

  get dialog() {
    return this.page.locator("dialog.auth0-lock");
  }

  async open({ body, policy, script = "" }: Options = {}) {
    const html = `<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1>
      ${body ?? `<a id="login" href="${this.authorize()}">Log in</a>`}</main>
      <script src="${this.tenant}/lock-passwordless.js"></script><script src="/page.js"></script></html>`;
    const headers: Record<string, string> = policy ? { "content-security-policy": policy } : {};
    this.site.pages.set("/", { type: "text/html", headers, body: html });
    this.site.pages.set("/page.js", { type: "text/javascript", body: script });
    await this.page.goto(`${this.site.origin}/`);
  }

  /** The link that leads to the tenant's own page. */
  private authorize(): string {
    const query = { client_id: "shop", redirect_uri: this.callback, response_type: "code", scope: "openid", state: "s" };
    return `${this.tenant}/authorize?${new URLSearchParams(query)}`.replace(/&/g, "&amp;");
  }

  /** A script that opens the dialog by the link, and writes down what happens. */
  opensBy(call: string, client = "shop", domain = new URL(this.tenant).host): string {
    return `
      const lock = new Auth0LockPasswordless(${JSON.stringify(client)}, ${JSON.stringify(domain)});
      window.happened = [];
      for (const event of ["show", "hide", "authenticated", "authorization_error", "unrecoverable_error",
        "socialOrPhoneNumber ready", "socialOrPhoneNumber submit", "vcode ready", "vcode submit"]) {
        lock.on(event, () => happened.push(event));
      }
      document.getElementById("login").addEventListener("click", (click) => {
        click.preventDefault();
        ${call};
      });`;
  }

  async happened(): Promise<unknown[]> {
    return this.page.evaluate("window.happened");
  }

  /** Waits for the dialog in the frame to be hydrated: before, its forms are plain ones. */
  async hydrated() {
    await this.frame.locator("[data-hydrated=true]").waitFor();
  }

  /** Presses Esc in the frame; the frame that it removes answers no more. */
  async escape() {
    this.page.keyboard.press("Escape").catch(() => {});
  }
}

export const test = base.extend<{ shop: Shop }, { site: Site }>({
  site: [
    async ({}, use, { parallelIndex }) => {
      const site = new Site(parallelIndex);
      await site.start();
      await use(site);
      await site.stop();
    },
    { scope: "worker" },
  ],

  shop: async ({ page, tenantUrl, site }, use) => {
    site.pages.clear();
    await use(new Shop(page, tenantUrl, site));
  },
});
