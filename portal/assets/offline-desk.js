// The desk of one unit without a connection: the same desk as on the pages of the portal, whose cells are saved here.
import { carryBy, verdictOn } from "./cells.js";
import { valuesOf } from "./offline-chain.js";

const DESK = "./desk.js";
const UNKNOWN = "?"; // stands for what is stored while two verdicts stand: any choice asks for a reason

let opened = 0;
let line; // that the script of cells writes in

/** What a place offers: `words` gives a sentence of the page by its name, `saved` hears of each entry. */
export function carryCells({ held, words, saved }) {
  carryBy(async (address, fields) => {
    const cell = address.slice(address.indexOf("#") + 1);
    const note = fields.note.trim();
    const reason = fields.reason.trim();
    const stand = held().cells.get(cell) ?? [];
    const wrong = complaint(held().packet, stand, { value: fields.value, note, reason }, words);
    if (wrong) return { status: 422, ...wrong };
    const isSame = stand.length === 1 && stand[0].value === fields.value && stand[0].note === note;
    if (!isSame) {
      const kind = valuesOf(stand).length > 1 ? "choice" : "verdict";
      const parents = stand.map((each) => each.digest).filter(Boolean);
      try {
        await held().write({ cell, kind, parents, value: fields.value, words: { note, reason } });
      } catch {
        throw words("failed");
      }
      saved();
    }
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    return { status: 200, value: fields.value, note, shown: "", by: "", at: time, words: words("saved", time) };
  });
}

function complaint({ letters, limit }, stand, { value, note, reason }, words) {
  if (stand.some((each) => each.value !== value) && !reason) return { words: words("reason"), field: "reason" };
  for (const [field, text] of Object.entries({ note, reason })) {
    const strange = [...new Set(text.replaceAll("\n", ""))].filter((sign) => !isPrinted(sign, letters));
    if (strange.length) return { words: words("letters", strange.slice(0, 10).join(" ")), field };
    if ([...text].length > limit) return { words: words("long", limit), field };
  }
  return null;
}

function isPrinted(sign, letters) {
  const number = sign.codePointAt(0);
  return letters.some(([first, last]) => first <= number && number <= last);
}

/** Puts the desk of a unit into `place`, filled with what stands on its cells. */
export async function showUnit(place, held, kind, unit, { address, heads }) {
  line ??= place.querySelector("[data-kw-saved]");
  place.innerHTML = kind.html;
  line.textContent = "";
  place.querySelector("[data-kw-saved]").replaceWith(line);
  place.querySelector(".kw-bench__buttons").remove(); // every cell is saved as it is judged
  place.querySelector("[data-kw-title]").textContent = kind.agency ? kind.name : `${kind.name} ${unit.name}`;
  fillRail(place, held, kind, unit, address);
  for (const code of kind.codes) fillCell(place, held, `${code}/${kind.code}/${unit.place}`, code, heads);
  for (const link of place.querySelectorAll(".kw-fact a[href]")) link.removeAttribute("href"); // no connection
  opened += 1;
  await import(`${DESK}&unit=${opened}`); // it reads the page as it starts, so each unit starts one
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
