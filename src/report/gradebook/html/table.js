// The table: sorting, filters and keys. Without this all of it can still be read.
const table = document.getElementById("table");
const tbody = table.tBodies[0];
const heads = [...table.tHead.rows[0].cells];
const rows = [...tbody.rows];
for (const [at, row] of rows.entries()) row.dataset.at = at;
// Where the learner of a row is in the data.
const learnerOf = (row) => Number(row.dataset.at);
const [find, which, where] = ["find", "which", "where"].map((id) => document.getElementById(id));
const SIZE = 10;

// Letters without case and accents, so that "sinead" finds Sinéad.
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const texts = data.learners.map((who) => fold([who.name, who.id, who.source ?? ""].join("\n")));

const collator = new Intl.Collator(undefined, { numeric: true });
const order = { column: 0, down: false };

// Points first; among equal points what was tried stands before what was not.
function compare(a, b) {
  if (order.column === 0) return collator.compare(data.learners[a].name, data.learners[b].name);
  if (order.column === 1) return data.totals[a] - data.totals[b];
  const [one, other] = [a, b].map((at) => data.cells[at][order.column - 2]);
  return one[1] - other[1] || other[0] - one[0];
}

function sort(column) {
  // Names begin at A, points at the most.
  const down = order.column === column && heads[column].hasAttribute("aria-sort") ? !order.down : column > 0;
  Object.assign(order, { column, down });
  const sign = down ? -1 : 1;
  tbody.append(...rows.sort((x, y) => {
    const [a, b] = [learnerOf(x), learnerOf(y)];
    return sign * compare(a, b) || a - b;
  }));
  for (const head of heads) head.removeAttribute("aria-sort");
  heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
}

// What a link in the sections below filters by, beside the fields.
let only = null;

function fits(learner, cell) {
  const answer = cell[2] === null ? null : data.answers[cell[2]];
  switch (which.value) {
    case "same": return answer !== null && answer.learners.length > 1;
    default: return cell[0] === Number(which.value);
  }
}

function shows(learner) {
  const who = data.learners[learner];
  const words = fold(find.value).split(/\s+/).filter(Boolean);
  if (!words.every((word) => texts[learner].includes(word))) return false;
  if (only && !data.cells[learner].some(([, , at]) => at !== null && only.answers.has(at))) return false;
  switch (which.value) {
    case "all": return true;
    case "late": return who.late;
    case "nothing": return who.source === null;
    case "notes": return who.notes.length > 0;
  }
  const cells = data.cells[learner];
  return (where.value === "any" ? cells : [cells[Number(where.value)]]).some((cell) => fits(learner, cell));
}

function filter() {
  let shown = 0;
  for (const row of rows) {
    row.hidden = !shows(learnerOf(row));
    shown += !row.hidden;
  }
  where.disabled = ["all", "late", "nothing", "notes"].includes(which.value);
  const why = only ? `: ${only.words}` : "";
  document.getElementById("shown").textContent = `${shown} of ${rows.length} learners${why}`;
  const chosen = only?.exercise ?? (where.disabled || where.value === "any" ? NaN : Number(where.value));
  for (const [at, head] of heads.entries()) head.classList.toggle("chosen", at === chosen + 2);
  if (current.closest("tr").hidden) rove(heads[0]);
}

function reset() {
  find.value = "";
  which.value = "all";
  where.value = "any";
  only = null;
}

// A link of the sections below: by status, by check or by answer.
function follow({ kind, exercise, check, answer }) {
  reset();
  if (kind !== undefined) {
    which.value = kind;
    where.value = exercise;
  } else if (check !== undefined) {
    const [exercise, name, answers] = data.checks[Number(check)];
    const words = `who fail "${name}" of ${data.exercises[exercise][0]}`;
    only = { answers: new Set(answers), exercise, words };
  } else {
    const exercise = data.cells[data.answers[answer].learners[0]].findIndex((cell) => cell[2] === Number(answer));
    const words = `with one answer to ${data.exercises[exercise][0]}`;
    only = { answers: new Set([Number(answer)]), exercise, words };
  }
  filter();
  const column = only ? only.exercise : Number(where.value);
  const row = rows.find((row) => !row.hidden);
  if (row) focus(row.cells[column + 2]);
}

// One cell of the grid is in the order of Tab; arrows choose which. A head is its button.
let current = heads[0].firstElementChild;
const target = (cell) => (cell.closest("thead") ? cell.firstElementChild : cell);

function rove(cell) {
  current.tabIndex = -1;
  current = target(cell);
  current.tabIndex = 0;
}

function focus(cell) {
  rove(cell);
  current.focus();
}

function open(cell) {
  const learner = learnerOf(cell.parentElement);
  if (cell.cellIndex > 1) showAnswer(learner, cell.cellIndex - 2);
  else showLearner(learner);
}

function turn(by) {
  const shown = rows.filter((row) => !row.hidden);
  const cell = current.closest("td, th");
  const next = shown[shown.indexOf(cell.parentElement) + by]?.cells[cell.cellIndex];
  if (!next) return;
  rove(next);
  open(next);
}

function move(event) {
  const cell = event.target.closest("th, td");
  const lines = [table.tHead.rows[0], ...rows.filter((row) => !row.hidden)];
  let [row, column] = [lines.indexOf(cell.parentElement), cell.cellIndex];
  const last = lines.length - 1;
  switch (event.key) {
    case "ArrowUp": row -= 1; break;
    case "ArrowDown": row += 1; break;
    case "ArrowLeft": column -= 1; break;
    case "ArrowRight": column += 1; break;
    case "PageUp": row = Math.max(row - SIZE, Math.min(row, 1)); break;
    case "PageDown": row = Math.min(row + SIZE, last); break;
    case "Home": column = 0; if (event.ctrlKey) row = Math.min(1, last); break;
    case "End": column = heads.length - 1; if (event.ctrlKey) row = last; break;
    case "Enter": case " ":
      if (cell.closest("tbody")) {
        event.preventDefault();
        open(cell);
      }
      return;
    default: return;
  }
  event.preventDefault();
  const next = lines[row]?.cells[column];
  if (next) focus(next);
}

table.setAttribute("role", "grid");
table.setAttribute("aria-readonly", "true");
table.setAttribute("aria-labelledby", "learners");
table.setAttribute("aria-describedby", "keys");
// What stays in place hides nothing that is moved to.
new ResizeObserver(() => {
  const [height, width] = [table.tHead.offsetHeight + 4, heads[0].offsetWidth + 4];
  document.getElementById("box").style.scrollPadding = `${height}px 4px 4px ${width}px`;
}).observe(heads[0]);
for (const row of rows) for (const cell of row.cells) cell.tabIndex = -1;
for (const [at, head] of heads.entries()) {
  const button = head.firstElementChild;
  button.tabIndex = -1;
  button.addEventListener("click", () => {
    sort(at);
    focus(head);
  });
}
rove(heads[0]);
document.getElementById("box").removeAttribute("tabindex");
document.getElementById("controls").hidden = false;
table.addEventListener("keydown", (event) => {
  if (!event.altKey && !event.metaKey && event.target.closest("th, td")) move(event);
});
tbody.addEventListener("click", (event) => {
  const cell = event.target.closest("th, td");
  if (!cell || String(getSelection())) return;
  focus(cell);
  open(cell);
});
for (const field of [find, which, where]) {
  field.addEventListener("input", () => {
    only = null;
    filter();
  });
}
document.getElementById("reset").addEventListener("click", () => {
  reset();
  filter();
});
for (const link of document.querySelectorAll("a[href='#learners'][data-exercise], a[data-check], a[data-answer]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    follow(link.dataset);
    document.getElementById("learners").scrollIntoView();
  });
}
for (const button of panel.querySelectorAll("[data-turn]")) {
  button.addEventListener("click", () => turn(Number(button.dataset.turn)));
}
panel.querySelector("[data-close]").addEventListener("click", () => panel.close());
panel.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});
panel.addEventListener("close", () => {
  // The event comes late: whoever is at the filters by now stays there.
  if (!document.activeElement.matches("input, select, button")) focus(current.closest("th, td"));
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (panel.open && (event.key === "n" || event.key === "p")) turn(event.key === "n" ? 1 : -1);
  if (panel.open || event.target.matches("input, select")) return;
  if (event.key === "/") {
    event.preventDefault();
    find.focus();
    find.select();
  }
});
filter();
