// What was handed in, one exercise or one learner at a time. Whatever comes from the data is put on
// the page as text.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const panel = document.getElementById("panel");
const PASSED = 0;
const STATES = { passed: ["✓", "passed"], failed: ["✗", "failed"], untried: ["–", "not tried"] };

const written = (hundredths) => String(hundredths / 100);

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

// A text that may run from right to left, and turns nothing around it.
const apart = (text) => make("bdi", "", text);

function sign([mark, words], className) {
  const image = make("b", className, mark);
  image.setAttribute("role", "img");
  image.setAttribute("aria-label", words);
  return image;
}

// Text in which the codes that stand for unseen characters can be told from the rest.
function marked(text) {
  return text.split(/(⟨U\+[0-9A-F]{4,6}⟩)/).filter(Boolean)
    .map((part) => (part.startsWith("⟨U+") ? make("span", "odd", part) : part));
}

// The pieces of Rust that have a colour. Each takes its text to the end where it is not closed, so
// that no answer takes longer than its length.
const RUST = new RegExp(
  [
    /(?<comment>\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))/,
    /(?<string>\bb?c?r(?<hashes>#{0,9})"[^]*?(?:"\k<hashes>|$)|"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|'(?:[^'\\\n]|\\[^'\n]{1,9}|\\')')/,
    /(?<number>\b\d[\w.]*|\b(?:true|false)\b)/,
    /(?<keyword>\b(?:as|async|await|break|const|continue|crate|dyn|else|enum|extern|fn|for|if|impl|in|let|loop|match|mod|move|mut|pub|ref|return|self|Self|static|struct|super|trait|type|unsafe|use|where|while)\b)/,
    /(?<name>\b[A-Za-z_]\w{0,99}!?(?=\())/,
    /(?<rest>\w+)/,
  ].map((part) => part.source).join("|"),
  "g",
);

function rust(text) {
  const out = [];
  let at = 0;
  for (const match of text.matchAll(RUST)) {
    const kind = ["comment", "string", "number", "keyword", "name"].find((name) => match.groups[name]);
    if (!kind || !match[0]) continue;
    out.push(...marked(text.slice(at, match.index)), make("i", kind, ...marked(match[0])));
    at = match.index + match[0].length;
  }
  return [...out, ...marked(text.slice(at))];
}

function answerWithNumbers(text) {
  const numbers = text.replace(/\n$/, "").split("\n").map((_, at) => at + 1).join("\n");
  const gutter = make("pre", "", numbers);
  gutter.setAttribute("aria-hidden", "true");
  const box = make("div", "answer", gutter, make("pre", "", make("code", "", ...rust(text))));
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "The answer");
  return box;
}

function words(title, text) {
  const box = make("pre", "words", ...marked(text));
  box.tabIndex = 0;
  return [make("h3", "", title), box];
}

function checks(list) {
  const items = list.map(([name, state, message]) => {
    const item = make("li", "", sign(STATES[state], state), " ", ...marked(name));
    if (message && state === "failed") item.append(make("pre", "words", ...marked(message)));
    else if (message) item.append(make("small", "", ` (not tried: ${message})`));
    return item;
  });
  return [make("h3", "", "Checks"), make("ul", "", ...items)];
}

function others(answer, learner) {
  const names = answer.learners.filter((at) => at !== learner).map((at) => data.learners[at].name);
  const out = [];
  if (names.length) {
    const list = names.flatMap((name, at) => [at ? ", " : "", apart(name)]);
    const title = make("b", "flag", "identical");
    out.push(make("p", "", title, ` The very same answer came from ${names.length} more: `, ...list, "."));
  }
  if (answer.ours) out.push(make("p", "", make("b", "flag", "the workbook's solution")));
  return out;
}

function showAnswer(learner, exercise) {
  const [kind, points, at, message] = data.cells[learner][exercise];
  const [name, title, most] = data.exercises[exercise];
  const [className, mark, says] = data.kinds[kind];
  const status = make("p", "", make("b", className, mark), ` ${says}`);
  const body = [status];
  if (at !== null) status.append(`, ${written(points)} of ${most} ${most === 1 ? "point" : "points"}`);
  if (data.learners[learner].late) status.append(" ", make("b", "flag", "late"));
  if (message) body.push(...words(at === null ? "Why there is nothing to grade" : "About the file", message));
  if (at !== null) {
    const answer = data.answers[at];
    body.push(...others(answer, learner));
    if (answer.checks.length) body.push(...checks(answer.checks));
    if (answer.message) body.push(...words(kind === 2 ? "The compiler" : "How it ended", answer.message));
    if (answer.output) body.push(...words("What it printed", answer.output));
    body.push(make("h3", "", "The answer"), answerWithNumbers(answer.text));
  }
  fill([apart(data.learners[learner].name), ` · ${name} · ${title}`], body);
}

function showLearner(learner) {
  const who = data.learners[learner];
  const facts = [
    ["Id", who.id],
    ["Handed in", who.source ?? "nothing"],
    ["Last changed", who.submitted === null ? "" : who.submitted + (who.late ? " (late)" : "")],
    ["Points", written(data.totals[learner])],
    ["Passed", `${data.cells[learner].filter(([kind]) => kind === PASSED).length} of ${data.exercises.length}`],
  ].filter(([, text]) => text !== "");
  const list = facts.flatMap(([name, text]) => [make("dt", "", name), make("dd", "", apart(text))]);
  const body = [make("dl", "", ...list)];
  if (who.notes.length) {
    body.push(make("h3", "", "Notes"), make("ul", "", ...who.notes.map((note) => make("li", "", ...marked(note)))));
  }
  fill([apart(who.name)], body);
}

function fill(title, body) {
  const heading = document.getElementById("panel-title");
  heading.replaceChildren(...title);
  document.getElementById("panel-body").replaceChildren(...body);
  if (!panel.open) panel.showModal();
  panel.scrollTop = 0;
  heading.focus();
}

