// Better Auth with a phone number, in the set-up of its documentation, on a SQLite file: better-auth.js PORT DATABASE.
// With STATEMENTS set, each statement is a line on standard error.

import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { phoneNumber } from "better-auth/plugins";
import Database from "better-sqlite3";
import { Outbox } from "./outbox.js";

const [port, path] = process.argv.slice(2);
const verbose = process.env.STATEMENTS ? (sql) => console.error(sql.replaceAll("\n", " ")) : undefined;
const database = new Database(path, { verbose });
database.pragma("journal_mode = WAL");
database.pragma("synchronous = NORMAL");

const outbox = new Outbox();
const options = {
  baseURL: `http://localhost:${port}`,
  secret: "a long secret that only the benchmark uses",
  database,
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [
    phoneNumber({
      sendOTP: ({ phoneNumber, code }) => outbox.add(phoneNumber, code),
      signUpOnVerification: {
        getTempEmail: (number) => `${number.slice(1)}@phone.example.com`,
        getTempName: (number) => number,
      },
    }),
  ],
};

const { runMigrations } = await getMigrations(options);
await runMigrations();
const authHandler = toNodeHandler(betterAuth(options));

createServer((request, response) => {
  if (request.url.startsWith("/outbox/events")) return outbox.follow(response);
  if (request.url === "/healthz") return response.end("ok");
  return authHandler(request, response);
}).listen(port, "127.0.0.1");
