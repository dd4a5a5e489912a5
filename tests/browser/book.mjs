// Opens a book that `pglings dev book` wrote, in Chromium, and uses it as a reader would:
//
//     npm ci --prefix tests/browser
//     cargo run -- dev book --out DIR
//     node tests/browser/book.mjs DIR
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { address, browse, give_up, watched } from "./chromium.mjs";

const [dir] = process.argv.slice(2);
if (!dir) give_up("Name the book's folder: node tests/browser/book.mjs DIR");
const home = address(join(dir, "index.html"));
const within = address(dir);
const lessons = readdirSync(dir).filter((name) => /^\d+_.*\.html$/.test(name)).toSorted();
assert.ok(lessons.length > 0, "the book has lessons");

// Every lesson, by the links alone: from the contents, and from page to page.
async function everyLessonIsReached(page) {
  const links = await page.$$eval("main a[href]", (all) => all.map((link) => link.getAttribute("href")));
  assert.deepEqual([...new Set(links.filter((href) => /^\d+_/.test(href)))].toSorted(), lessons);
  const seen = [];
  for (let next = lessons[0]; next; ) {
    await page.goto(address(join(dir, next)));
    seen.push(next);
    assert.ok((await page.textContent("h1")).trim(), `${next} has a title`);
    assert.ok(await page.locator("main pre").count(), `${next} has code`);
    const further = page.locator("link[rel=next]");
    next = (await further.count()) ? await further.getAttribute("href") : undefined;
    assert.ok(!seen.includes(next), `${next} comes twice`);
  }
  assert.deepEqual(seen.filter((name) => /^\d+_/.test(name)).toSorted(), lessons, "each follows another");
}

// Every link within the book leads to a page and a place that are there.
async function noLinkIsDead(page) {
  const places = new Map();
  const links = [];
  for (const name of ["index.html", ...lessons]) {
    await page.goto(address(join(dir, name)));
    places.set(name, new Set(await page.$$eval("[id]", (all) => all.map((one) => one.id))));
    const found = await page.$$eval("a[href]", (all) => all.map((link) => link.getAttribute("href")));
    links.push(...found.filter((href) => !/^[a-z]+:/.test(href)).map((href) => [name, href]));
  }
  for (const [from, href] of links) {
    const [name, place] = href.split("#");
    const there = places.get(name || from);
    assert.ok(there, `${from} has a link to ${href}`);
    assert.ok(!place || there.has(decodeURIComponent(place)), `${from} has a link to ${href}`);
  }
}

async function searchFinds(page) {
  await page.goto(home);
  await page.keyboard.press("/");
  assert.ok(await page.locator("#search").evaluate((dialog) => dialog.open), "/ opens the search");
  await page.keyboard.type("returning");
  await page.waitForFunction(() => document.querySelectorAll("#search ol a").length > 0);
  const first = page.locator("#search ol a").first();
  assert.ok(await first.locator("mark").count(), "what was found is marked");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\d+_.*\.html#/);
  assert.match((await page.textContent("main")).toLowerCase(), /returning/);
  await page.keyboard.press("/");
  await page.keyboard.type("no such word in any lesson");
  await page.waitForFunction(() => /^0 found/.test(document.querySelector("#search [role=status]").textContent));
  await page.keyboard.press("Escape");
  assert.ok(!(await page.locator("#search").evaluate((dialog) => dialog.open)), "Esc closes it");
}

async function fitsAnyWidth(page) {
  for (const width of [320, 768, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    for (const name of ["index.html", ...lessons]) {
      await page.goto(address(join(dir, name)));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${name} is ${over} px too wide at ${width}`);
    }
  }
}

await browse(async (browser) => {
  for (const use of [everyLessonIsReached, noLinkIsDead, searchFinds, fitsAnyWidth]) {
    await watched(browser, home, within, {}, use);
  }
  await watched(browser, home, within, { javaScriptEnabled: false }, async (page) => {
    await page.click(`main a[href="${lessons[0]}"]`);
    assert.ok((await page.textContent("h1")).trim(), "without scripts it reads as well");
  });
  console.log(`${dir}: ${lessons.length} lessons, well`);
});
