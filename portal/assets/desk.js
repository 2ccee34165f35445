// The desk of an inspector: one cell at a time, by keys, thumb or mouse, saved while it is judged.
// Without it the cells stand below each other in a form with a button.
import { isShortcut, keysAreOn, offerHelp, say, send, verdictOn, words } from "./cells.js";
import { Methods } from "./cells_method.js";
import { settlePrivate, watchPrivate } from "./cells_private.js";

const PAUSE = 1500; // ms after the last letter of a note
const AGAIN = 15000; // ms until a save that failed is tried again
const bench = document.querySelector("[data-kw-bench]");
const form = bench.querySelector("[data-kw-sheets] form");
const large = matchMedia("(min-width: 48em) and (min-height: 37.5em)");

watchPrivate();

class Cell {
  constructor(box) {
    this.box = box;
    this.key = box.dataset.kwCell;
    this.row = bench.querySelector(`[data-kw-row="${this.key}"]`);
    this.link = this.row.querySelector("a");
    this.radios = [...box.querySelectorAll(".kw-verdicts input")];
    this.note = box.querySelector(`#${CSS.escape(this.key)}-note`);
    this.reason = box.querySelector(`#${CSS.escape(this.key)}-reason`);
    this.shown = form?.elements[`${this.key}-shown`];
    this.methods = new Methods(box, () => this.chosen && this.typed());
    this.timer = 0;
    this.running = null;
    this.dirty = false;
    this.conflicting = false;
    this.link.addEventListener("click", (event) => {
      if (!isLive()) return;
      event.preventDefault();
      select(this, { focus: "row" });
    });
    this.row.addEventListener("click", () => isLive() && select(this, { focus: "row" }));
    for (const radio of this.radios) {
      radio.addEventListener("change", () => this.choose(radio));
      radio.addEventListener("click", () => radio.value === this.box.dataset.stored && isLive() && this.choose(radio));
    }
    this.note?.addEventListener("input", () => this.typed());
    this.note?.addEventListener("blur", () => this.dirty && this.plan(0));
    this.reason?.addEventListener("input", () => this.typed());
    this.reason?.addEventListener("blur", () => this.dirty && this.plan(0));
    box.addEventListener("click", (event) => {
      const kept = event.target.closest("[data-kw-keep]")?.dataset.kwKeep;
      if (kept) this.settleConflict(kept);
    });
  }

  get chosen() {
    return this.radios.find((radio) => radio.checked);
  }

  get stored() {
    return this.box.dataset.stored ?? "";
  }

  get isOpen() {
    return !this.stored;
  }

  get isShort() {
    return this.chosen ? this.chosen.dataset.shape === "bad" : this.row.querySelector(".kw-verdict-mark--bad") !== null;
  }

  /** What a person must still type before this can be saved: a field, or nothing. */
  get missing() {
    if (this.chosen && "explain" in this.chosen.dataset && !this.note.value.trim()) return this.note;
    if (this.stored && this.chosen?.value !== this.stored && !this.reason.value.trim()) return this.reason;
    return null;
  }

  choose(radio) {
    radio.checked = true;
    this.methods.offer();
    this.complain("");
    this.paint();
    const missing = this.missing;
    if (missing) {
      this.dirty = true;
      this.ask(missing);
      return;
    }
    if (radio.value !== this.stored || this.dirty) {
      this.dirty = true;
      this.plan(0);
    }
    if (isLive()) goOn(this);
  }

  ask(field) {
    if (field === this.reason) {
      const place = field.closest("[data-kw-reason]");
      place.hidden = false;
      place.querySelector("details").open = true;
    }
    say(field === this.reason ? words.reason : words.note);
    field.focus();
  }

  /** After Ctrl and Enter: save what is whole and go on, or go to what is missing. */
  finish() {
    const missing = this.chosen ? this.missing : null;
    if (missing) return this.ask(missing);
    if (this.dirty) this.plan(0);
    goOn(this);
    return undefined;
  }

  typed() {
    this.dirty = true;
    this.row.querySelector("[data-kw-noted]").hidden = !this.note.value.trim();
    this.plan(PAUSE);
  }

  plan(pause) {
    clearTimeout(this.timer);
    if (!this.conflicting && this.chosen && !this.missing) this.timer = setTimeout(() => this.save(), pause);
  }

  settle() {
    clearTimeout(this.timer);
    if (this.dirty && this.chosen && !this.missing && !this.conflicting) return this.save();
    return this.running ?? Promise.resolve();
  }

  save() {
    if (this.running) return this.running.then(() => (this.dirty ? this.save() : undefined));
    this.dirty = false;
    say(words.saving);
    const fields = {
      csrf_token: form.elements.csrf_token.value,
      value: this.chosen.value,
      note: this.note.value,
      reason: this.reason.value,
      method: this.methods.value,
      shown: this.shown.value,
    };
    this.running = send(this.box.dataset.save, fields)
      .then((answer) => this.show(answer))
      .catch((trouble) => {
        this.dirty = true;
        say(typeof trouble === "string" ? trouble : words.lost, true);
        this.timer = setTimeout(() => this.save(), AGAIN);
      })
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  show(answer) {
    if (answer.status === 422) {
      this.dirty = true;
      this.complain(answer.words);
      say(answer.words, true);
      if (answer.field === "reason") this.ask(this.reason);
      return;
    }
    this.shown.value = answer.shown;
    this.box.dataset.stored = answer.value;
    this.answer = answer;
    if (answer.status === 409) {
      this.conflicting = this.dirty = true;
      this.box.querySelector("[data-kw-conflict]").innerHTML = answer.html;
      say(answer.words, true);
      select(this, { focus: "conflict" });
      return;
    }
    this.reason.value = "";
    const place = this.reason.closest("[data-kw-reason]");
    place.hidden = false;
    place.querySelector("details").open = false;
    this.paint();
    say(answer.words);
    count();
  }

  settleConflict(kept) {
    this.conflicting = false;
    this.box.querySelector("[data-kw-conflict]").replaceChildren();
    if (kept === "mine") {
      this.paint();
      if (this.missing) this.ask(this.missing);
      else this.plan(0);
      return;
    }
    this.dirty = false;
    this.radios.find((radio) => radio.value === this.answer.value).checked = true;
    this.note.value = this.answer.note;
    this.methods.value = this.answer.method;
    this.complain("");
    this.paint();
    say("");
    count();
    select(this, { focus: "row" });
  }

  complain(text) {
    let place = this.box.querySelector("[data-kw-complaint]");
    if (!place) {
      place = document.createElement("p");
      place.className = "govuk-error-message";
      place.dataset.kwComplaint = "";
      place.setAttribute("role", "alert");
      this.box.querySelector("[data-kw-conflict]").after(place);
    }
    place.textContent = text;
    place.hidden = !text;
  }

  /** Shows in the list what is chosen. */
  paint() {
    const chosen = this.chosen;
    if (!chosen) return;
    const label = this.box.querySelector(`label[for="${CSS.escape(chosen.id)}"]`);
    this.row.querySelector("[data-kw-verdict]").replaceChildren(...verdictOn(label));
    this.row.querySelector("[data-kw-noted]").hidden = !this.note.value.trim();
  }
}

const cells = [...bench.querySelectorAll("[data-kw-cell]")].map((box) => new Cell(box));
let current = null;
let show = "all";

function isLive() {
  return bench.classList.contains("kw-bench--live") || isAlone();
}

/** Whether the screen has room for one cell and no list beside it. */
function isAlone() {
  return bench.classList.contains("kw-bench--one");
}

function visible() {
  return cells.filter((cell) => !cell.row.hidden);
}

function select(cell, { focus = "row" } = {}) {
  if (current && current !== cell) {
    current.box.classList.remove("kw-cell--here");
    current.row.classList.remove("kw-list__row--here");
    current.link.removeAttribute("aria-current");
  }
  const moved = current !== cell;
  current = cell;
  cell.box.classList.add("kw-cell--here");
  cell.row.classList.add("kw-list__row--here");
  cell.link.setAttribute("aria-current", "true");
  if (cell.isOpen) cell.methods.offer();
  if (moved) {
    filter();
    history.replaceState(null, "", `#${cell.key}-cell`);
  }
  if (isAlone() && moved) showList(false);
  if (isAlone() && focus === "row") {
    const heading = cell.box.querySelector(".kw-cell__question");
    heading.focus({ preventScroll: true });
    if (moved) document.querySelector("[data-kw-one]").scrollIntoView();
  } else if (focus === "row") {
    cell.link.focus({ preventScroll: true });
    cell.row.scrollIntoView({ block: "nearest" });
  } else if (focus === "note") {
    cell.note?.focus();
  } else if (focus === "conflict") {
    cell.box.querySelector("[data-kw-keep]")?.focus();
  }
}

function step(by) {
  const listed = visible();
  const next = listed[listed.indexOf(current) + by];
  if (next) select(next);
}

/** Goes to the next cell without a verdict, else stays with the way to the next page. */
function goOn(cell) {
  const place = cells.indexOf(cell);
  const order = [...cells.slice(place + 1), ...cells.slice(0, place)];
  const next = order.find((each) => each.isOpen && !(each.chosen && !each.missing));
  if (next) {
    select(next);
    return;
  }
  say(words.end);
  document.querySelector('.kw-bench-bar a[rel="next"]')?.focus();
}

function count() {
  const done = cells.filter((cell) => !cell.isOpen).length;
  for (const each of document.querySelectorAll("[data-kw-done]")) each.textContent = done;
  for (const each of document.querySelectorAll("[data-kw-meter]")) each.value = done;
  const here = document.querySelector('.kw-rail [aria-current="page"]');
  if (here) here.querySelector("progress").value = done;
  const counts = {
    all: cells.length,
    open: cells.length - done,
    short: cells.filter((cell) => cell.isShort).length,
    found: cells.filter((cell) => "found" in cell.row.dataset).length,
  };
  for (const chip of document.querySelectorAll("[data-kw-chips] [data-show]")) {
    chip.querySelector("[data-count]").textContent = counts[chip.dataset.show];
  }
}

/** Hides the rows that were not asked for, but never the current one. */
function filter() {
  const wanted = {
    all: () => true,
    open: (cell) => cell.isOpen,
    short: (cell) => cell.isShort,
    found: (cell) => "found" in cell.row.dataset,
  }[show];
  for (const cell of cells) cell.row.hidden = !wanted(cell) && cell !== current;
  for (const group of bench.querySelectorAll(".kw-list tbody")) {
    group.hidden = ![...group.querySelectorAll("[data-kw-row]")].some((row) => !row.hidden);
  }
}

function filterBy(name) {
  show = name;
  for (const chip of document.querySelectorAll("[data-kw-chips] [data-show]")) {
    chip.setAttribute("aria-pressed", String(chip.dataset.show === name));
  }
  filter();
}

const openHelp = offerHelp();
const follow = (rel) => document.querySelector(`.kw-bench-bar a[rel="${rel}"]`)?.click();
const keys = {
  ArrowDown: () => step(1),
  j: () => step(1),
  ArrowUp: () => step(-1),
  k: () => step(-1),
  n: () => current?.note?.focus(),
  m: () => current?.methods.turn(),
  p: () => current?.box.querySelector("[data-kw-files]")?.click(),
  o: () => filterBy(show === "open" ? "all" : "open"),
  g: () => document.querySelector("#jump").focus(),
  "[": () => follow("prev"),
  "]": () => follow("next"),
  "?": openHelp,
};

function moveAmongVerdicts(event) {
  const radio = event.target.closest(".kw-verdicts input");
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!radio || !by) return false;
  // Arrows only move: a browser would choose at each step, and every choice is saved.
  const radios = cells.find((cell) => cell.radios.includes(radio)).radios;
  radios[radios.indexOf(radio) + by]?.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (!bench.isConnected) return; // the offline desk put another in its place
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("[data-kw-cell]")) {
    event.preventDefault();
    current?.finish();
    return;
  }
  if (event.key === "Escape" && event.target.closest("textarea, #jump") && current && isLive()) {
    current.link.focus({ preventScroll: true });
    return;
  }
  if (moveAmongVerdicts(event)) {
    event.preventDefault();
    return;
  }
  if (!isLive() || !keysAreOn() || !isShortcut(event)) return;
  const radio = /^[1-9]$/.test(event.key) && current?.radios[event.key - 1];
  const act = radio ? () => current.choose(radio) : keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function showList(isShown) {
  bench.classList.toggle("kw-bench--listing", isShown);
  document.querySelector("[data-kw-listing]").setAttribute("aria-expanded", String(isShown));
}

function fit() {
  if (!cells.length) return;
  const wasLive = isLive();
  const wasAlone = isAlone();
  bench.classList.toggle("kw-bench--live", large.matches);
  bench.classList.toggle("kw-bench--one", !large.matches);
  document.querySelector("[data-kw-one]").hidden = large.matches;
  bench.style.setProperty("--kw-bench-top", `${Math.round(bench.getBoundingClientRect().top + scrollY)}px`);
  // The list was hidden, and took the focus with it.
  if (wasAlone && !isAlone() && document.activeElement === document.body) current?.link.focus({ preventScroll: true });
  if (!wasLive) {
    const asked = cells.find((cell) => location.hash === `#${cell.key}-cell`);
    const wrong = cells.find((cell) => cell.box.querySelector(".govuk-error-message"));
    select(asked ?? wrong ?? cells.find((cell) => cell.isOpen) ?? cells[0], { focus: "" });
    if (large.matches) {
      current.row.scrollIntoView({ block: "nearest" });
      scrollTo(0, 0);
    }
  }
}

for (const chip of document.querySelectorAll("[data-kw-chips] [data-show]")) {
  chip.addEventListener("click", () => filterBy(chip.dataset.show));
}
for (const button of document.querySelectorAll("[data-kw-by]")) {
  button.addEventListener("click", () => step(Number(button.dataset.kwBy)));
}
document.querySelector("[data-kw-listing]").addEventListener("click", () => {
  showList(!bench.classList.contains("kw-bench--listing"));
});
document.querySelector("[data-kw-chips]")?.removeAttribute("hidden");
document.querySelector('.kw-rail [aria-current="page"]')?.scrollIntoView({ block: "nearest" });
count();
fit();
// After the browser has gone to the place that the address names, which takes the focus away.
const begin = () => setTimeout(() => {
  if (!isAlone() && !document.querySelector(".govuk-error-summary")) current?.link.focus({ preventScroll: true });
});
if (document.readyState === "complete") begin();
else addEventListener("load", begin);
addEventListener("resize", fit);
addEventListener("hashchange", () => {
  const asked = cells.find((cell) => location.hash === `#${cell.key}-cell`);
  if (asked && isLive()) select(asked);
});

// Who leaves by a link or the button waits for what is being saved.
let leaving = false;
const settled = () => Promise.all([...cells.map((cell) => cell.settle()), settlePrivate()]);
form?.addEventListener("submit", (event) => {
  if (leaving) return;
  event.preventDefault();
  leaving = true;
  settled().then(() => setTimeout(() => form.requestSubmit(event.submitter)));
});
for (const link of document.querySelectorAll(".kw-bench-bar a, .kw-rail a, [data-kw-away]")) {
  link.addEventListener("click", (event) => {
    if (leaving || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    leaving = true;
    settled().then(() => {
      if (cells.some((cell) => cell.dirty)) leaving = false;
      location.assign(link.href);
    });
  });
}
addEventListener("beforeunload", (event) => {
  if (!leaving && bench.isConnected && cells.some((cell) => cell.dirty || cell.running)) event.preventDefault();
});
