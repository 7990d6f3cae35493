/**
 * The clients of the table in README.md: where each is installed, the file of its tests, the suite in it if there are
 * several, and what is tested.
 */
export const clients = [
  { name: "auth0 (Node), legacy API", module: "auth0", file: "auth0-node", suite: "auth0", tested: "code, refresh, private key" },
  { name: "auth0 (Node)", module: "auth0-6", file: "auth0-node", suite: "auth0-6", tested: "code, refresh, private key" },
  { name: "@auth0/auth0-auth-js", tested: "code" },
  { name: "@auth0/nextjs-auth0", file: "nextjs-auth0", tested: "code in the app's form, callback, logout" },
  { name: "express-openid-connect", tested: "callback, form_post, dialog in the app's page, logout" },
  { name: "@auth0/auth0-spa-js", tested: "callback, silent login, refresh, logout" },
  { name: "auth0-js", suite: "auth0-js", tested: "code, callback, silent login" },
  { name: "auth0-js", module: "auth0-js-9", suite: "auth0-js-9", tested: "code, callback, silent login" },
  { name: "auth0.js 7", module: "auth0-js-7", file: "auth0-js-7", tested: "`requestSMSCode`, `verifySMSCode`, callback" },
  { name: "auth0-lock", tested: "dialog, callback" },
  { name: "auth0-lock-passwordless", file: "lock-passwordless", tested: "dialog, callback" },
  { name: "openid-client", tested: "code, callback, refresh, revocation, private key" },
  { name: "oauth4webapi", tested: "code, callback" },
  { name: "auth0-python", python: "auth0-python", tested: "code" },
];
