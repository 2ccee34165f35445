// The matrix: arrows move over the cells, a key gives a verdict that shows at once and is saved behind it.
import { isShortcut, keysAreOn, offerHelp, say, send, words } from "./cells.js";
import { Methods } from "./cells_method.js";

const WAIT = 250; // ms that somebody rests on a cell before its note is asked for
const AGAIN = 15000;
const table = document.querySelector("[data-kw-matrix]");
const openHelp = offerHelp();
if (table) begin();

function begin() {
  const pane = document.querySelector("[data-kw-pane]");
  const part = (name) => pane.querySelector(`[data-kw-${name}]`);
  const note = pane.querySelector("#note");
  const reason = pane.querySelector("#reason");
  const radios = [...pane.querySelectorAll("[name=verdict]")];
  const token = pane.querySelector("[name=csrf_token]")?.value;
  const isEditable = radios.length > 0;
  const methods = new Methods(pane, () => {}); // for the cells that are judged from now on
  methods.offer();
  const heads = [...table.tHead.rows[0].cells];
  const columns = [...table.querySelectorAll("col")];
  const rows = [...table.tBodies[0].rows];
  const width = heads.length - 3; // without the names and the two sums
  const shapes = radios.map((radio) => radio.dataset.shape);
  const names = radios.map((radio) => pane.querySelector(`label[for="${radio.id}"] .kw-verdicts__word`).textContent);
  const touched = new Map(); // what is known or typed of cells beyond what the table shows
  const running = new Set();
  let row = 0;
  let column = 1;
  let rest = 0;

  table.setAttribute("role", "grid");
  pane.hidden = false;

  const cell = (atRow = row, atColumn = column) => rows[atRow].cells[atColumn];
  const shapeOf = (td) => /kw-m-(good|bad|none|left)/.exec(td.className)?.[1] ?? "";
  const address = (atRow, atColumn) =>
    table.dataset.save.replace("CODE", rows[atRow].dataset.code).replace(/0$/, heads[atColumn].dataset.place);

  function known(td) {
    if (!touched.has(td)) {
      const version = shapeOf(td) ? (td.dataset.n ?? 1) : 0;
      touched.set(td, { stored: shapeOf(td), shown: `${version}-`, note: null, dirty: false });
    }
    return touched.get(td);
  }

  function paint(td, shape, isNoted) {
    const place = shapes.indexOf(shape);
    td.className = shape ? `kw-m-${shape}${isNoted ? " kw-m-noted" : ""}` : "";
    if (shape) td.setAttribute("aria-label", names[place]);
    else td.removeAttribute("aria-label");
  }

  function move(toRow, toColumn, { focus = true } = {}) {
    keep();
    cell().tabIndex = -1;
    rows[row].classList.remove("kw-matrix__here");
    columns[column].classList.remove("kw-matrix__here");
    heads[column].classList.remove("kw-matrix__here");
    row = Math.max(0, Math.min(rows.length - 1, toRow));
    column = Math.max(1, Math.min(width, toColumn));
    const td = cell();
    td.tabIndex = 0;
    rows[row].classList.add("kw-matrix__here");
    columns[column].classList.add("kw-matrix__here");
    heads[column].classList.add("kw-matrix__here");
    show(); // before the focus moves: what is left behind in the note belongs to the cell before
    if (focus) td.focus();
  }

  function show() {
    const td = cell();
    const link = heads[column].querySelector("a");
    const requirement = rows[row].cells[0].querySelector("a");
    part("unit-link").textContent = link.textContent;
    part("unit-link").href = link.href;
    part("code-link").textContent = rows[row].dataset.code;
    part("code-link").href = requirement.href;
    part("question").textContent = requirement.querySelector("span").textContent;
    const state = known(td);
    for (const radio of radios) radio.checked = radio.dataset.shape === (state.wanted ?? shapeOf(td));
    if (note) note.value = state.note ?? "";
    if (reason) {
      reason.value = state.reason ?? "";
      part("reason").hidden = !(state.stored && state.wanted && state.wanted !== state.stored);
      complain("");
      part("conflict").replaceChildren();
    }
    clearTimeout(rest);
    rest = setTimeout(() => lookUp(td, address(row, column)), WAIT);
  }

  async function lookUp(td, where) {
    const reply = await fetch(where, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!reply?.ok) return null;
    const found = await reply.json();
    const state = known(td);
    if (!state.dirty && state.note === null) state.note = found.note;
    if (td !== cell()) return found;
    part("facts").innerHTML = found.facts;
    if (!isEditable) part("read").textContent = found.note;
    else if (!state.dirty && document.activeElement !== note) note.value = state.note ?? "";
    return found;
  }

  const needsNote = (shape) => "explain" in radios[shapes.indexOf(shape)].dataset;

  /** What must still be typed before the current cell can be saved: a field, or nothing. */
  function missing(state) {
    if (needsNote(state.wanted) && !note.value.trim()) return note;
    if (state.stored && state.wanted !== state.stored && !reason.value.trim()) return reason;
    return null;
  }

  function choose(place) {
    const td = cell();
    const state = known(td);
    const shape = shapes[place];
    if (state.note === null && td.classList.contains("kw-m-noted")) {
      // A note that was not read yet must not be overwritten.
      lookUp(td, address(row, column)).then((found) => {
        if (!found) say(words.lost, true);
        else if (td === cell()) choose(place);
      });
      return;
    }
    if (shape === state.stored && !state.dirty) {
      goOn();
      return;
    }
    state.wanted = shape;
    state.dirty = true;
    radios[place].checked = true;
    paint(td, shape, Boolean(note.value.trim()));
    td.classList.add("kw-m-waits");
    const field = missing(state);
    if (field) {
      ask(field);
      return;
    }
    save(td, state);
    goOn();
  }

  function ask(field) {
    part("reason").hidden = field !== reason && part("reason").hidden;
    say(field === reason ? words.reason : words.note);
    field.focus();
  }

  /** Remembers what was typed in the pane before another cell takes it. */
  function keep() {
    if (!isEditable) return;
    const state = known(cell());
    if (note.value !== (state.note ?? "") || reason.value !== (state.reason ?? "")) {
      state.note = note.value;
      state.reason = reason.value;
      const shape = state.wanted ?? state.stored;
      if (shape) {
        state.wanted = shape;
        state.dirty = true;
        if (!missing(state) && !state.conflict) save(cell(), state);
      }
    }
  }

  async function save(td, state, where = address(row, column)) {
    if (running.has(td)) {
      state.again = true;
      return;
    }
    running.add(td);
    state.note = td === cell() ? note.value : state.note;
    state.reason = td === cell() ? reason.value : state.reason;
    state.dirty = false;
    const value = radios[shapes.indexOf(state.wanted)].value;
    try {
      const fields = { csrf_token: token, value, note: state.note ?? "", reason: state.reason ?? "", shown: state.shown };
      if (!state.stored && methods.value) fields.method = methods.value;
      take(td, state, await send(where, fields));
    } catch (trouble) {
      state.dirty = true;
      td.classList.add("kw-m-unsaved");
      say(typeof trouble === "string" ? trouble : words.lost, true);
      setTimeout(() => state.dirty && save(td, state, where), AGAIN);
    }
    running.delete(td);
    if (state.again) {
      state.again = false;
      save(td, state, where);
    }
  }

  function take(td, state, answer) {
    if (answer.status === 422) {
      state.dirty = true;
      say(answer.words, true);
      if (td === cell()) complain(answer.words);
      td.classList.add("kw-m-unsaved");
      return;
    }
    state.shown = answer.shown;
    state.stored = shapes[radios.findIndex((radio) => radio.value === answer.value)];
    if (answer.status === 409) {
      Object.assign(state, { dirty: true, conflict: answer });
      td.classList.add("kw-m-unsaved");
      say(answer.words, true);
      back(td);
      part("conflict").innerHTML = answer.html;
      part("conflict").querySelector("button")?.focus();
      return;
    }
    Object.assign(state, { reason: "", note: answer.note, wanted: undefined });
    paint(td, state.stored, Boolean(answer.note));
    if (td === cell() && document.activeElement !== note) show();
    say(answer.words);
    count();
  }

  function back(td) {
    const atRow = rows.indexOf(td.parentElement);
    move(atRow, td.cellIndex);
  }

  function settle(kept) {
    const td = cell();
    const state = known(td);
    const stored = state.conflict;
    state.conflict = undefined;
    part("conflict").replaceChildren();
    if (kept === "mine") {
      part("reason").hidden = false;
      ask(missing(state) ?? reason);
      return;
    }
    Object.assign(state, { dirty: false, note: stored.note, reason: "", wanted: undefined });
    note.value = stored.note;
    reason.value = "";
    paint(td, state.stored, Boolean(stored.note));
    show();
    td.focus();
    count();
  }

  function complain(text) {
    const place = part("complaint");
    place.textContent = text;
    place.hidden = !text;
  }

  /** Goes down to the next open cell of this unit, then to the next unit. */
  function goOn() {
    const start = (column - 1) * rows.length + row;
    const all = width * rows.length;
    for (let step = 1; step < all; step += 1) {
      const at = (start + step) % all;
      const td = cell(at % rows.length, Math.floor(at / rows.length) + 1);
      if (!shapeOf(td)) {
        move(at % rows.length, Math.floor(at / rows.length) + 1);
        return;
      }
    }
    say(words.end);
  }

  function count() {
    let open = 0;
    for (const each of rows) {
      const cells = [...each.cells].slice(1, width + 1);
      const left = cells.filter((td) => !shapeOf(td) || (/kw-m-(waits|unsaved)/.test(td.className) && !known(td).stored)).length;
      const short = each.getElementsByClassName("kw-m-bad").length;
      each.cells[width + 1].textContent = left;
      each.cells[width + 2].textContent = short || "";
      open += left;
    }
    const done = rows.length * width - open;
    document.querySelector("[data-kw-done]").textContent = done;
    document.querySelector("[data-kw-meter]").value = done;
    document.querySelector("[data-kw-open-count]").textContent = open;
  }

  const filter = document.querySelector("[data-kw-open]");
  function onlyOpen() {
    const on = filter.getAttribute("aria-pressed") !== "true";
    filter.setAttribute("aria-pressed", String(on));
    for (const each of rows) each.hidden = on && each !== rows[row] && each.cells[width + 1].textContent === "0";
    for (let at = 1; at <= width; at += 1) {
      const hide = on && at !== column && rows.every((each) => shapeOf(each.cells[at]));
      heads[at].hidden = hide;
      for (const each of rows) each.cells[at].hidden = hide;
    }
  }
  filter.hidden = false;
  filter.addEventListener("click", onlyOpen);

  const visible = (by, isRow) => {
    let at = isRow ? row : column;
    do at += by;
    while (isRow ? rows[at]?.hidden : at >= 1 && at <= width && heads[at].hidden);
    return at;
  };
  const keys = {
    ArrowDown: () => move(visible(1, true), column),
    ArrowUp: () => move(visible(-1, true), column),
    ArrowRight: () => move(row, visible(1)),
    ArrowLeft: () => move(row, visible(-1)),
    Home: () => move(row, 1),
    End: () => move(row, width),
    j: () => move(visible(1, true), column),
    k: () => move(visible(-1, true), column),
    n: () => note?.focus(),
    m: () => methods.turn(),
    o: onlyOpen,
    g: () => document.querySelector("#jump").focus(),
    e: () => part("code-link").click(),
    u: () => part("unit-link").click(),
    "?": openHelp,
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && pane.contains(event.target)) {
      event.preventDefault();
      const state = known(cell());
      state.wanted ??= state.stored || undefined;
      const field = state.wanted && missing(state);
      if (field) return ask(field);
      if (state.wanted && !state.conflict) save(cell(), state);
      return goOn();
    }
    if (event.key === "Escape" && event.target.closest("textarea, #jump")) {
      cell().focus();
      return undefined;
    }
    const inGrid = table.contains(event.target);
    if (!inGrid && !(keysAreOn() && isShortcut(event))) return undefined;
    if (event.target.closest("input[type=radio], a, button") && /^(Arrow|Home|End|Enter)/.test(event.key)) return undefined;
    const single = event.key.length === 1;
    if (single && (!keysAreOn() || !isShortcut(event))) return undefined;
    const place = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
    const act = isEditable && radios[place] ? () => choose(place) : keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return undefined;
    event.preventDefault();
    act();
    return undefined;
  });

  table.addEventListener("click", (event) => {
    const td = event.target.closest("tbody td:not(.kw-matrix__sum)");
    if (td) back(td);
  });
  for (const [place, radio] of radios.entries()) radio.addEventListener("click", () => choose(place));
  note?.addEventListener("blur", keep);
  reason?.addEventListener("blur", keep);
  pane.addEventListener("click", (event) => {
    const kept = event.target.closest("[data-kw-keep]")?.dataset.kwKeep;
    if (kept) settle(kept);
  });
  addEventListener("beforeunload", (event) => {
    if (running.size || [...touched.values()].some((state) => state.dirty)) event.preventDefault();
  });
  const bench = table.closest("[data-kw-bench]");
  const fit = () => {
    bench.style.setProperty("--kw-bench-top", `${Math.round(bench.getBoundingClientRect().top + scrollY)}px`);
  };
  fit();
  addEventListener("resize", fit);
  move(0, 1, { focus: false });
  if (shapeOf(cell())) {
    const first = rows.findIndex((each) => !shapeOf(each.cells[1]));
    if (first > 0) move(first, 1, { focus: false });
  }
  cell().focus({ preventScroll: true });
}
