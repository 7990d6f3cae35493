import config from "./playwright.config";

/** Measures the dialog. Not a test: it fails only if opening the modal asks the server for something. */
export default {
  ...config,
  testDir: "bench",
  testMatch: "dialog.ts",
  timeout: 0,
  workers: 1,
  reporter: "line",
  projects: config.projects!.slice(0, 1),
  webServer: (config.webServer as object[]).slice(0, 1),
};
