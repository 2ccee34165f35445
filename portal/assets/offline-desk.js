// The desk of one unit without a connection: the same desk as on the pages of the portal, whose cells are saved here.
import { carryBy, say, verdictOn } from "./cells.js";
import { digestOf, valuesOf } from "./offline-chain.js";
import { countCell, lineOf } from "./offline-counts.js";
import { smaller } from "./lighter.js";

const DESK = "./desk.js";
const SEEN = 12; // signs of the digest of a private note
const UNKNOWN = "?"; // stands for what is stored while two verdicts stand: any choice asks for a reason

let opened = 0;
let line; // that the script of cells writes in

/** What a place offers: `words` gives a sentence of the page by its name, `saved` hears of each entry. */
export function carryCells({ held, words, saved }) {
  carryBy(async (address, fields) => {
    const cell = address.slice(address.indexOf("#") + 1);
    if ("private" in fields) return notePrivately(held(), cell, fields.private, { words, saved });
    const note = fields.note.trim();
    const reason = fields.reason.trim();
    const stand = held().cells.get(cell) ?? [];
    const wrong = complaint(held().packet, stand, { value: fields.value, note, reason }, words);
    if (wrong) return { status: 422, ...wrong };
    const { value, method } = fields;
    const isSame = stand.length === 1 && stand[0].value === value && stand[0].note === note && stand[0].method === method;
    if (!isSame) {
      const kind = valuesOf(stand).length > 1 ? "choice" : "verdict";
      const parents = stand.map((each) => each.digest).filter(Boolean);
      try {
        await held().write({ cell, kind, parents, value, method, words: { note, reason } });
      } catch {
        throw words("failed");
      }
      saved();
    }
    const time = clock();
    return { status: 200, value, note, method, shown: "", by: "", at: time, words: words("saved", time) };
  });
}

const clock = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

/** Keeps a private note; the entry says what it replaces, so that the portal loses nothing that was typed elsewhere. */
async function notePrivately(held, cell, typed, { words, saved }) {
  const text = typed.trim();
  const before = held.notes.get(cell) ?? "";
  const wrong = strange({ private: text }, held.packet, words);
  if (wrong) return { status: 422, ...wrong };
  if (text !== before) {
    const seen = (await digestOf(before)).slice(0, SEEN);
    try {
      await held.write({ cell, kind: "private", parents: [], value: "private", words: { private: text, seen } });
    } catch {
      throw words("failed");
    }
    saved();
  }
  return { status: 200, words: words("saved", clock()) };
}

/** Redraws a picture, without what the camera wrote into it, and keeps it with its sealed digest. */
async function keepPicture(held, cell, file, { words, saved }) {
  const there = held.pictures.get(cell) ?? [];
  if (there.length >= held.packet.most) return words("mostPictures", held.packet.most);
  const made = await smaller(file, { isRedrawn: true });
  if (made === file) return words("noPicture");
  const bytes = await made.arrayBuffer();
  const sha256 = await digestOf(bytes);
  const name = `${cell.replaceAll("/", "-")}-${there.length + 1}.jpg`;
  try {
    await held.write({ cell, kind: "photo", parents: [], value: "added", words: { sha256, name } }, bytes);
  } catch {
    return words("failed");
  }
  saved();
  return "";
}

function complaint({ letters, limit }, stand, { value, note, reason }, words) {
  if (stand.some((each) => each.value !== value) && !reason) return { words: words("reason"), field: "reason" };
  return strange({ note, reason }, { letters, limit }, words);
}

/** What cannot be printed or is too long, in words; null if nothing is. */
export function strange(typed, { letters, limit }, words) {
  for (const [field, text] of Object.entries(typed)) {
    const signs = [...new Set(text.replaceAll("\n", ""))].filter((sign) => !isPrinted(sign, letters));
    if (signs.length) return { words: words("letters", signs.slice(0, 10).join(" ")), field };
    if ([...text].length > limit) return { words: words("long", limit), field };
  }
  return null;
}

function isPrinted(sign, letters) {
  const number = sign.codePointAt(0);
  return letters.some(([first, last]) => first <= number && number <= last);
}

/** Puts the desk of a unit into `place`, filled with what stands on its cells. */
export async function showUnit(place, held, kind, unit, { address, heads, words, saved }) {
  line ??= place.querySelector("[data-kw-saved]");
  place.innerHTML = kind.html;
  line.textContent = "";
  place.querySelector("[data-kw-saved]").replaceWith(line);
  place.querySelector(".kw-bench__buttons").remove(); // every cell is saved as it is judged
  place.querySelector("[data-kw-title]").textContent = kind.agency ? kind.name : `${kind.name} ${unit.name}`;
  fillRail(place, held, kind, unit, address);
  fillCounted(place, held, kind, unit, words);
  for (const code of kind.codes) {
    const cell = `${code}/${kind.code}/${unit.place}`;
    fillBeside(place, held, cell, code, { words, saved });
    fillCell(place, held, cell, code, heads);
  }
  for (const link of place.querySelectorAll(".kw-fact a[href]")) link.removeAttribute("href"); // no connection
  opened += 1;
  await import(`${DESK}&unit=${opened}`); // it reads the page as it starts, so each unit starts one
}

/** Above the verdicts: what was counted here, and the way to count. */
function fillCounted(place, held, kind, unit, words) {
  const line = place.querySelector("[data-kw-counted]");
  if (!line) return;
  const stand = held.counts.get(countCell(kind, unit)) ?? [];
  line.textContent = stand.length ? words("counted", lineOf(kind, stand)) : words("uncounted");
  place.querySelector("[data-kw-count]").href = `#count/${held.record.chain}/${kind.code}/${unit.place}`;
}

function fillRail(place, held, kind, unit, address) {
  const rail = place.querySelector("[data-kw-rail]");
  const [blank] = rail.children;
  rail.replaceChildren(
    ...kind.units.map((each) => {
      const item = blank.cloneNode(true);
      const link = item.querySelector("a");
      link.href = address(kind, each);
      if (each.place === unit.place) link.setAttribute("aria-current", "page");
      item.querySelector("[data-kw-name]").textContent = each.name;
      item.querySelector("progress").value = doneOn(held, kind, each);
      return item;
    }),
  );
  place.querySelector(".kw-rail").hidden = kind.units.length < 2;
  place.querySelector(".kw-bench").classList.toggle("kw-bench--rail", kind.units.length > 1);
  const at = kind.units.findIndex((each) => each.place === unit.place);
  for (const [rel, by] of [["prev", -1], ["next", 1]]) {
    const link = place.querySelector(`.kw-bench-bar a[rel="${rel}"]`);
    const beside = kind.units[at + by];
    if (beside) {
      link.href = address(kind, beside);
      link.setAttribute("aria-label", link.getAttribute("aria-label").replace("{}", beside.name));
    } else {
      link.remove();
    }
  }
}

function doneOn(held, kind, unit) {
  return kind.codes.filter((code) => held.cells.has(`${code}/${kind.code}/${unit.place}`)).length;
}

/** The private note of a cell, and its pictures. */
function fillBeside(place, held, cell, code, about) {
  const box = place.querySelector(`[data-kw-cell="${code}-0"]`);
  const note = box.querySelector("[data-kw-private]");
  note.dataset.kwPrivate = `#${cell}`;
  note.value = held.notes.get(cell) ?? "";
  note.closest("details").open = Boolean(note.value);
  const list = box.querySelector("[data-kw-pictures]");
  const field = box.querySelector("[data-kw-picture]");
  const paint = () => list.replaceChildren(...(held.pictures.get(cell) ?? []).map(itemOf));
  paint();
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file) return;
    const wrong = await keepPicture(held, cell, file, about);
    field.value = "";
    paint();
    say(wrong || about.words("saved", clock()), Boolean(wrong));
  });
}

function itemOf(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

function fillCell(place, held, cell, code, heads) {
  const box = place.querySelector(`[data-kw-cell="${code}-0"]`);
  const row = place.querySelector(`[data-kw-row="${code}-0"]`);
  box.dataset.save = `#${cell}`;
  const stand = held.cells.get(cell) ?? [];
  if (!stand.length) return;
  const isSplit = valuesOf(stand).length > 1;
  const radio = isSplit ? null : box.querySelector(`input[type="radio"][value="${stand[0].value}"]`);
  box.dataset.stored = radio ? radio.value : UNKNOWN;
  box.querySelector("[data-kw-reason]").hidden = false;
  if (isSplit) box.querySelector("[data-kw-conflict]").append(sidesOf(box, stand, heads));
  if (!radio) return;
  radio.checked = true;
  const method = stand[0].method && box.querySelector(`.kw-methods input[value="${stand[0].method}"]`);
  if (method) method.checked = true;
  box.querySelector(`#${CSS.escape(`${code}-0-note`)}`).value = stand.map((each) => each.note).filter(Boolean).join("\n");
  row.querySelector("[data-kw-verdict]").replaceChildren(...named(box, stand[0].value));
  row.querySelector("[data-kw-noted]").hidden = !stand[0].note;
}

const named = (box, value) => verdictOn(box.querySelector(`input[type="radio"][value="${value}"] + label`));

function sidesOf(box, stand, heads) {
  const sides = heads.content.firstElementChild.cloneNode(true);
  const list = sides.querySelector("dl");
  const [blank] = list.children;
  list.replaceChildren(
    ...stand.map((each) => {
      const side = blank.cloneNode(true);
      const at = new Date(each.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      side.querySelector("dt").textContent = [each.by, at].filter(Boolean).join(", ");
      side.querySelector("dd").replaceChildren(...named(box, each.value), document.createElement("br"), each.note);
      return side;
    }),
  );
  return sides;
}
