import { APIRequestContext, expect } from "@playwright/test";

type Message = { to: string; body: string; at: string };

/** The messages that a tenant without an SMS provider keeps. */
export class Outbox {
  constructor(
    private readonly request: APIRequestContext,
    private readonly tenantUrl: string,
  ) {}

  /** The newest code that was sent to a number, once `count` of them were. */
  async code(phone: string, count = 1): Promise<string> {
    await expect.poll(async () => (await this.messages(phone)).length, { message: `messages to ${phone}` }).toBe(count);
    const [newest] = await this.messages(phone);
    const code = newest.body.match(/\d{4,}/)?.[0];
    expect(code, "the message has a code").toBeTruthy();
    return code!;
  }

  private async messages(phone: string): Promise<Message[]> {
    const response = await this.request.get(`${this.tenantUrl}/outbox`, { headers: { accept: "application/json" } });
    const messages: Message[] = await response.json();
    return messages.filter((message) => message.to === phone);
  }
}

/** A code of the same length that is not this one. */
export function wrong(code: string): string {
  const last = (Number(code.at(-1)) + 1) % 10;
  return code.slice(0, -1) + last;
}
