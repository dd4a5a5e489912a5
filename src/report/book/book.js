// Search and keys. Without it every page can still be read, and every link followed.
"use strict";

const dialog = document.getElementById("search");
const field = dialog.querySelector("input");
const status = dialog.querySelector("[role=status]");
const list = dialog.querySelector("ol");
const MOST = 30;

// The index is fetched when it is first needed: as a script, because a page on a disk may fetch
// nothing else.
let loading;
function index() {
  loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = "search.js";
    script.onload = () => done(window.pglingsIndex);
    script.onerror = () => failed(new Error("no index"));
    document.head.append(script);
  });
  return loading;
}

// Letters without case and accents, so that "sinead" finds Sinéad. Each character stays one, so
// that a place in the result is the same place in the text.
function fold(text) {
  return Array.from(text, (c) => {
    const plain = c.normalize("NFD")[0].toLowerCase();
    return plain.length === c.length ? plain : c;
  }).join("");
}

// Every word has to be there; a heading counts more than the text, an early lesson before a late one.
function search(pages, words) {
  const found = [];
  for (const [page, lesson, parts] of pages) {
    const above = fold(lesson);
    for (const [id, title, text] of parts) {
      const [heading, body] = [fold(title), fold(text)];
      let weight = 0;
      const all = words.every((word) => {
        const here = heading.includes(word) * 8 + body.includes(word) * 2 + above.includes(word);
        weight += here;
        return here > 1;
      });
      if (all) found.push({ page, lesson, id, title, text, body, weight });
    }
  }
  return found.sort((a, b) => b.weight - a.weight);
}

// The words around the first place that is found, with what was found marked.
function excerpt({ text, body }, words) {
  const places = words.map((word) => body.indexOf(word)).filter((at) => at >= 0);
  // From word to word.
  const first = places.length ? Math.min(...places) : 0;
  const from = first > 40 ? Math.min(first, text.indexOf(" ", first - 40) + 1) : 0;
  const to = text.length > from + 140 ? Math.max(text.lastIndexOf(" ", from + 140), from + 80) : text.length;
  const [shown, folded] = [text.slice(from, to), body.slice(from, to)];
  const marked = document.createElement("span");
  let at = 0;
  while (at < shown.length) {
    const hits = words.map((word) => [folded.indexOf(word, at), word.length]).filter(([i]) => i >= 0);
    if (!hits.length) break;
    const [start, length] = hits.reduce((a, b) => (b[0] < a[0] ? b : a));
    const mark = document.createElement("mark");
    mark.textContent = shown.slice(start, start + length);
    marked.append(shown.slice(at, start), mark);
    at = start + length;
  }
  marked.prepend(from > 0 ? "… " : "");
  marked.append(shown.slice(at), to < text.length ? " …" : "");
  return marked;
}

function show(found, words) {
  list.replaceChildren(...found.slice(0, MOST).map((hit) => {
    const link = document.createElement("a");
    link.href = `${hit.page}#${hit.id}`;
    const small = document.createElement("small");
    small.textContent = hit.title === hit.lesson ? "" : hit.lesson;
    const title = document.createElement("strong");
    title.textContent = hit.title;
    link.append(small, title, excerpt(hit, words));
    // A link within this page loads nothing that would close the dialog.
    link.addEventListener("click", () => dialog.close());
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
  const more = found.length > MOST ? `; the first ${MOST} are shown` : "";
  status.textContent = words.length ? `${found.length} found${more}` : "";
}

async function update() {
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  try {
    const pages = words.length ? await index() : [];
    if (words.join() === fold(field.value).split(/\s+/).filter(Boolean).join()) {
      show(search(pages, words), words);
    }
  } catch {
    status.textContent = "search.js is not there, so nothing can be searched.";
  }
}

function open() {
  dialog.showModal();
  field.select();
  index().catch(() => {});
}

function turn(relation) {
  const link = document.querySelector(`link[rel=${relation}]`);
  if (link) location.href = link.href;
}

// Arrows go through what was found.
dialog.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...list.querySelectorAll("a")];
  if (event.key === "Escape") {
    // A search field would take the first Escape to empty itself.
    event.preventDefault();
    dialog.close();
  } else if (event.key === "Enter" && event.target === field) {
    event.preventDefault();
    links[0]?.click();
  } else if (step) {
    event.preventDefault();
    const at = links.indexOf(document.activeElement) + step;
    (at < 0 ? field : links[Math.min(at, links.length - 1)])?.focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (dialog.open || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  // A wide table takes the arrows for itself.
  const wide = document.activeElement;
  const scrolls = wide?.tagName === "PRE" && wide.scrollWidth > wide.clientWidth;
  if (event.key === "/") {
    event.preventDefault();
    open();
  } else if (event.key === "ArrowLeft" && !scrolls) {
    turn("prev");
  } else if (event.key === "ArrowRight" && !scrolls) {
    turn("next");
  }
});

field.addEventListener("input", update);
const button = document.getElementById("find");
button.hidden = false;
button.addEventListener("click", open);

// The contents at the side begin where the reader is.
const here = document.querySelector(".side [aria-current]");
if (here) here.closest("nav").scrollTop = here.offsetTop - 120;
