import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:https";
import { generate } from "selfsigned";

/** What stands in front of the tenant where it is public; its certificate is signed by nobody. */
export async function startTlsProxy(port, tenantPort) {
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }]);
  const proxy = createServer({ key, cert }, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const forwarded = request({ host: "127.0.0.1", port: tenantPort, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await once(proxy.listen(port, "127.0.0.1"), "listening");
  return proxy;
}
