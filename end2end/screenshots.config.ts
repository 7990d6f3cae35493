import config from "./playwright.config";

/** Takes new pictures of the dialog. Not a test: it fails only if there is nothing to take a picture of. */
export default { ...config, testDir: "screenshots", testMatch: "take.ts", projects: config.projects!.slice(0, 1) };
