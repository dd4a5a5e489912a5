// What the browser's tests have in common: Chromium, and a page on which nothing strange may happen.
// Chromium is that of the system; CHROMIUM names another one.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

export function give_up(why) {
  console.error(why);
  process.exit(1);
}

export const address = (file) => pathToFileURL(resolve(file)).href;

// Starts Chromium, and ends it when it has been used.
export async function browse(use) {
  const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(program)) give_up(`There is no Chromium at ${program}; CHROMIUM may name another one.`);
  const { chromium } = await import("playwright-core").catch(() =>
    give_up("playwright-core is not installed: npm ci --prefix tests/browser"));
  const browser = await chromium.launch({
    executablePath: program,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}

// Opens a page. It may ask for nothing but what begins like `within`, say nothing on the console, and
// open no dialog of its own.
export async function watched(browser, url, within, options, use) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const strange = [];
  page.on("console", (message) => strange.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => strange.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => strange.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    const wanted = request.url();
    if (!wanted.startsWith(within) && !wanted.startsWith("data:")) strange.push(`request: ${wanted}`);
  });
  await page.goto(url);
  await use(page);
  assert.deepEqual(strange, []);
  await context.close();
}
