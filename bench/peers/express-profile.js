// An Express app with the login of express-openid-connect: express-profile.js PORT ISSUER CLIENT_ID CLIENT_SECRET.

import express from "express";
import eoc from "express-openid-connect";

const [port, issuerBaseURL, clientID, clientSecret] = process.argv.slice(2);

const app = express();
app.get("/healthz", (_request, response) => response.send("ok"));
app.use(
  eoc.auth({
    issuerBaseURL,
    baseURL: `http://127.0.0.1:${port}`,
    clientID,
    clientSecret,
    secret: "a long secret of the application's own session",
    authRequired: false,
    authorizationParams: { response_type: "code", scope: "openid profile phone" },
  }),
);
app.get("/profile", eoc.requiresAuth(), (request, response) => response.send(page(request.oidc.user)));
app.listen(port, "127.0.0.1");

function page({ name, sub, phone_number: phone }) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Profile</title></head><body>
    <h1>Profile</h1>
    <dl>
      <dt>Name</dt><dd><bdi>${escaped(name)}</bdi></dd>
      <dt>User ID</dt><dd><bdi>${escaped(sub)}</bdi></dd>
      <dt>Phone number</dt><dd><bdi>${escaped(phone)}</bdi></dd>
    </dl>
  </body></html>`;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
