/** The messages as a stream of events, in the form of the outbox of ours. */
export class Outbox {
  #followers = new Set();

  add(to, code) {
    const event = `data: <bdi>${to}</bdi> <code class="code">${code}</code>\n\n`;
    for (const follower of this.#followers) follower.write(event);
  }

  follow(response) {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.flushHeaders();
    this.#followers.add(response);
    response.on("close", () => this.#followers.delete(response));
  }
}
