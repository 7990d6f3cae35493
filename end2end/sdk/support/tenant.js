import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { poll } from "./poll.js";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** The clients of tenant.yaml. */
export const web = { id: "web", secret: "a-secret-of-the-sdk-tests" };
export const withKey = { id: "with-key", ...keyPair() };
export const spa = { id: "spa" };
export const page = { id: "page", secret: "another-secret-of-the-sdk-tests" };
export const native = { id: "native" };

/** `passwordless tenant`, started as a user would, with a database of its own and no limits. */
export class Tenant {
  #program;
  #numbers = 0;

  /** With `publicUrl` it is what others reach through a proxy. */
  static async start(port, appUrl, publicUrl = `http://localhost:${port}`) {
    const tenant = new Tenant(port, publicUrl);
    await rm(tenant.folder, { recursive: true, force: true });
    await mkdir(tenant.folder, { recursive: true });
    tenant.#run(appUrl);
    await poll("the tenant", () => tenant.#isReady());
    return tenant;
  }

  constructor(port, url) {
    this.port = port;
    this.url = url;
    this.host = new URL(url).host;
    this.issuer = `${url}/`;
    this.listener = `http://127.0.0.1:${port}`;
    this.folder = `${repository}target/end2end/sdk-${port}`;
    this.database = `${this.folder}/passwordless.db`;
  }

  #run(appUrl) {
    const env = {
      ...process.env,
      APP_URL: appUrl,
      APP_ADDRESS: appUrl.replace("localhost", "127.0.0.1"),
      PUBLIC_KEY: withKey.publicKey,
      TENANT_CONFIG: fileURLToPath(new URL("tenant.yaml", import.meta.url)),
      TENANT_ADDR: `127.0.0.1:${this.port}`,
      TENANT_PUBLIC_URL: this.url,
      DATABASE_URL: `sqlite:${this.database}`,
      LIMIT_STARTS_PER_IP_HOUR: "0",
      LIMIT_STARTS_PER_PHONE_HOUR: "0",
      SMS_PUMPING_BREAKER: "false",
      RUST_LOG: "error",
    };
    const stdio = ["ignore", "inherit", "inherit"];
    this.#program = spawn("target/debug/passwordless", ["tenant"], { cwd: repository, env, stdio });
    process.once("exit", () => this.#program.kill());
  }

  async #isReady() {
    if (this.#program.exitCode !== null) throw new Error(`the tenant ended with ${this.#program.exitCode}`);
    const response = await fetch(`${this.listener}/healthz`).catch(() => undefined);
    return response?.ok || undefined;
  }

  async stop() {
    const ended = once(this.#program, "exit");
    this.#program.kill();
    await ended;
  }

  /** A number that no other test of this tenant uses. */
  phone() {
    this.#numbers += 1;
    return `+1415555${2000 + this.#numbers}`;
  }

  /** The newest code that was sent to a number, once `count` messages were. */
  async code(phone, count = 1) {
    const { body } = await poll(`message ${count} to ${phone}`, async () => {
      const messages = await this.#messages(phone);
      return messages.length === count ? messages[0] : undefined;
    });
    return body.match(/\d{4,}/)[0];
  }

  /** How many messages were sent to a number. */
  async sent(phone) {
    return (await this.#messages(phone)).length;
  }

  async #messages(phone) {
    const response = await fetch(`${this.listener}/outbox`, { headers: { accept: "application/json" } });
    return (await response.json()).filter((message) => message.to === phone);
  }
}

function keyPair() {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

/** A code of the same length that is not this one. */
export function wrong(code) {
  return code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10);
}
