// Opens pages of `gradebook.html` in Chromium and uses them as an instructor would:
//
//     npm ci --prefix tests/browser
//     node tests/browser/gradebook.mjs PAGE…
//
// What is expected is read from the page's own data, so any gradebook will do.
import assert from "node:assert/strict";

import { address, browse, give_up, watched } from "./chromium.mjs";

const pages = process.argv.slice(2);
if (pages.length === 0) give_up("Name the pages to open: node tests/browser/gradebook.mjs PAGE…");

const WIDTHS = [320, 360, 768, 1280, 1920, 2000];

const shown = (page) =>
  page.$$eval("#table tbody tr:not([hidden])", (rows) => rows.map((row) => Number(row.dataset.at)));
const totals = (page) =>
  page.$$eval("#table tbody tr:not([hidden]) td.total", (cells) => cells.map((cell) => Number(cell.textContent)));
const isOpen = (page) => page.$eval("#panel", (panel) => panel.open);
const head = (page, at) => page.locator("#table thead button").nth(at);
const cellOf = (page, learner, exercise) =>
  page.locator(`#table tbody tr[data-at="${learner}"]`).locator("th, td").nth(exercise + 2);
const focused = (page) =>
  page.evaluate(() => {
    const cell = document.activeElement.closest("th, td");
    return cell && [cell.parentElement.rowIndex, cell.cellIndex];
  });

// Ends where the page is sorted by name again.
async function sorts(page, data) {
  const before = await totals(page);
  await head(page, 1).click();
  assert.equal(await page.locator("#table th").nth(1).getAttribute("aria-sort"), "descending");
  const down = await totals(page);
  assert.deepEqual(down, [...before].sort((a, b) => b - a), "totals begin at the most");
  await head(page, 1).click();
  assert.deepEqual(await totals(page), [...down].sort((a, b) => a - b));
  assert.equal(await page.locator("#table th").nth(1).getAttribute("aria-sort"), "ascending");
  if (data.exercises.length > 0) {
    await head(page, 2).click();
    assert.equal(await page.locator("#table th[aria-sort]").count(), 1);
    const order = await page.$$eval("#table tbody tr", (rows) => rows.map((row) => Number(row.dataset.at)));
    const points = order.map((at) => data.cells[at][0][1]);
    assert.deepEqual(points, [...points].sort((a, b) => b - a), "an exercise sorts by points");
  }
  await head(page, 0).click();
}

async function filters(page, data) {
  const all = data.learners.length;
  const count = async () => (await shown(page)).length;
  await page.fill("#find", data.learners[0].id.toUpperCase());
  assert.ok((await count()) >= 1);
  await page.fill("#find", "no such learner at all");
  assert.equal(await count(), 0);
  assert.match(await page.textContent("#shown"), /^0 of /);
  await page.click("#reset");
  assert.equal(await count(), all);
  await page.selectOption("#which", "late");
  assert.equal(await count(), data.learners.filter((who) => who.late).length);
  await page.selectOption("#which", "notes");
  assert.equal(await count(), data.learners.filter((who) => who.notes.length).length);
  const same = ([, , at]) => at !== null && data.answers[at].learners.length > 1;
  await page.selectOption("#which", "same");
  assert.equal(await count(), data.cells.filter((row) => row.some(same)).length);
  if (data.exercises.length > 0) {
    await page.selectOption("#which", "1");
    await page.selectOption("#where", "0");
    assert.equal(await count(), data.cells.filter((row) => row[0][0] === 1).length);
  }
  await page.click("#reset");
  await page.$$eval("details", (all) => all.forEach((details) => (details.open = true)));
  for (const kind of ["check", "answer", "kind"]) {
    const link = page.locator(`a[data-${kind}]`).first();
    if ((await link.count()) === 0) continue;
    const at = await link.getAttribute(`data-${kind}`);
    const answers = kind === "check" ? data.checks[at][2] : [Number(at)];
    const fits = kind === "kind" ? ([its]) => its === Number(at) : ([, , answer]) => answers.includes(answer);
    // The first link by status is that of the first exercise.
    const cells = data.cells.map((row) => (kind === "kind" ? row.slice(0, 1) : row));
    await link.click();
    assert.equal(await count(), cells.filter((row) => row.some(fits)).length, `the link by ${kind}`);
    assert.ok((await focused(page))[0] > 0, "the link leads into the table");
    await page.click("#reset");
  }
}

async function opens(page, data) {
  const learner = data.cells.findIndex((row) => row.some(([, , at]) => at !== null));
  if (learner < 0) return;
  const exercise = data.cells[learner].findIndex(([, , at]) => at !== null);
  const answer = data.answers[data.cells[learner][exercise][2]];
  const cell = cellOf(page, learner, exercise);
  await cell.click();
  assert.ok(await isOpen(page), "a click opens an answer");
  assert.equal(await page.textContent("#panel code"), answer.text, "the answer is shown as it is");
  assert.equal(await page.locator("#panel li .passed, #panel li .failed, #panel li .untried").count(), answer.checks.length);
  assert.ok((await page.textContent("#panel-title")).startsWith(data.learners[learner].name));
  const title = await page.textContent("#panel-title");
  await page.keyboard.press("n");
  await page.keyboard.press("p");
  if (data.learners.length > 1 && learner + 1 < data.learners.length) assert.equal(await page.textContent("#panel-title"), title);
  await page.keyboard.press("Escape");
  assert.ok(!(await isOpen(page)), "Escape closes it");
  assert.ok((await focused(page))[1] === exercise + 2, "the cell has the focus again");
  await cell.click();
  const later = await page.evaluate(() => new Promise((done) => {
    panel.addEventListener("close", () => setTimeout(() => done(document.activeElement.id)), { once: true });
    panel.close();
    find.focus();
  }));
  assert.equal(later, "find", "whoever has gone on to search stays there");
  await page.evaluate(() => document.activeElement.blur());
}

async function keys(page, data) {
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "find");
  await head(page, 0).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await focused(page), [1, 1]);
  await page.keyboard.press("Control+End");
  assert.deepEqual(await focused(page), [data.learners.length, data.exercises.length + 1]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await focused(page), [data.learners.length, data.exercises.length + 1]);
  const free = await page.evaluate(() => {
    const cell = document.activeElement.getBoundingClientRect();
    return document.elementFromPoint(cell.x + cell.width / 2, cell.y + cell.height / 2) === document.activeElement
      || document.activeElement.contains(document.elementFromPoint(cell.x + cell.width / 2, cell.y + cell.height / 2));
  });
  assert.ok(free, "nothing lies over the cell that has the focus");
  await page.keyboard.press("Enter");
  assert.ok(await isOpen(page), "Enter opens a cell");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Home");
  assert.deepEqual(await focused(page), [1, 0]);
  await page.keyboard.press("Enter");
  assert.ok(await isOpen(page), "Enter opens a learner");
  assert.ok((await page.textContent("#panel-body")).includes(data.learners[await page.evaluate(() => Number(document.querySelector("#table tbody tr").dataset.at))].id));
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#table th").nth(0).getAttribute("aria-sort"), "descending", "Enter sorts");
}

// The page asks for nothing, complains of nothing and runs nothing that it was given.
// Colours change nothing of an answer, and no answer keeps them busy.
async function colours(page) {
  const long = ["/*", '"', '"\\', "r#\"", "'\\", "1 ", "a", "⟨U+202E⟩\n", "\n"].map((part) => part.repeat(30_000));
  const plain = ["let c = '\"'; // it's\nfn f<'a>(x: &'a str) { r#\"\"\"#; b'\\''; 1.5e3 /* \" */ }", "", "\n\n"];
  for (const text of [...plain, ...long]) {
    const [same, took] = await page.evaluate((text) => {
      const start = performance.now();
      return [make("code", "", ...rust(text)).textContent === text, performance.now() - start];
    }, text);
    assert.ok(same, `the text stays: ${text.slice(0, 20)}`);
    assert.ok(took < 2000, `${took} ms for ${text.slice(0, 20)}`);
  }
}

async function narrowAndWide(page) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `at ${width} px the page is ${over} px too wide`);
  }
}

async function policy(browser, file) {
  const page = await browser.newPage();
  await page.goto(address(file));
  await page.evaluate(() => {
    document.getElementById("panel-body").innerHTML = "<img src=x onerror='window.attacked = 1'>";
    const script = document.createElement("script");
    script.textContent = "window.attacked = 2";
    document.body.append(script);
  });
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => window.attacked), undefined, "the policy stops what gets in");
  await page.close();
}

await browse(async (browser) => {
  for (const file of pages) {
    await watched(browser, address(file), address(file), {}, async (page) => {
      const data = JSON.parse(await page.textContent("#data"));
      if (data.learners.length > 0) {
        for (const use of [sorts, filters, opens, keys]) await use(page, data);
      }
      await colours(page);
      await narrowAndWide(page);
      assert.equal(await page.evaluate(() => window.attacked), undefined, "nothing that was written ran");
    });
    await watched(browser, address(file), address(file), { javaScriptEnabled: false }, async (page) => {
      const data = JSON.parse(await page.textContent("#data"));
      assert.equal(await page.locator("#table tbody tr:visible").count(), data.learners.length);
      assert.ok(!(await page.locator("#controls").isVisible()), "no controls where nothing works them");
    });
    await policy(browser, file);
    console.log(`${file}: well`);
  }
});
