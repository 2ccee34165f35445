// What is counted at a unit without a connection: the form of the portal, filled and read here, and how it stands.
import { readValue, typedOf, wordsOf, Wrong } from "./offline-answers.js";
import { canonical } from "./offline-chain.js";

const PREFIX = "detail_";

export const countCell = (kind, unit) => `counts/${kind.code}/${unit.place}`;

/** What stands at a unit in one line, the newest only; empty if nothing was counted. */
export function lineOf(kind, stand) {
  const newest = stand.at(-1);
  if (!newest) return "";
  const single = kind.counts.questions.filter((each) => each.kind !== "table" && newest.values[each.code] !== undefined);
  return single.map((each) => `${each.label} ${wordsOf(each, newest.values[each.code])}`).join(" · ");
}

/** Puts the form of a kind of unit into `place`; what is saved is sealed, and `done` is called. */
export function showCounts(place, held, kind, unit, { words, strange, saved, done }) {
  const cell = countCell(kind, unit);
  const stand = held.counts.get(cell) ?? [];
  place.innerHTML = kind.counts.html;
  const form = place.querySelector("form");
  place.querySelector("[data-kw-twice]").hidden = stand.length < 2;
  form.elements.reason.closest(".govuk-form-group").hidden = !stand.length;
  fill(form, kind.counts.questions, stand.at(-1)?.values ?? {});
  dispatchEvent(new CustomEvent("kw-replaced", { detail: form })); // tables become grids
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reason = form.elements.reason.value.trim();
    const values = read(form, kind.counts.questions, words);
    const wrong = values && complaint(values, reason, { held, stand, words, strange });
    complain(form.elements.reason, wrong?.field === "reason" ? wrong.words : "");
    place.querySelector("[data-kw-counts-wrong]").textContent = wrong && wrong.field !== "reason" ? wrong.words : "";
    if (!values || wrong) return;
    if (!isSame(values, stand)) {
      const parents = stand.map((each) => each.digest);
      const typed = { counts: canonical(values), reason };
      try {
        await held.write({ cell, kind: "count", parents, value: "counted", words: typed });
      } catch {
        place.querySelector("[data-kw-counts-wrong]").textContent = words("failed");
        return;
      }
      saved();
    }
    done();
  });
}

const isSame = (values, stand) => stand.length === 1 && canonical(stand[0].values) === canonical(values);

function complaint(values, reason, { held, stand, words, strange }) {
  const texts = Object.values(values).flatMap((value) => (Array.isArray(value) ? value.flatMap(Object.values) : [value]));
  const wrong = strange({ counts: texts.filter((each) => typeof each === "string").join("\n") }, { ...held.packet, limit: Infinity }, words);
  if (wrong) return wrong;
  if (!Object.keys(values).length) return { words: words("nothing"), field: "counts" };
  if (stand.length && !isSame(values, stand) && !reason) return { words: words("countReason"), field: "reason" };
  return strange({ reason }, held.packet, words);
}

function fill(form, questions, values) {
  for (const each of questions) {
    const text = typedOf(each, values[each.code]);
    const fields = fieldsOf(form, each);
    for (const field of fields) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = text.split(";").includes(field.value);
      else field.value = text;
    }
  }
}

const fieldsOf = (form, question) => [...form.querySelectorAll(`[name="${CSS.escape(PREFIX + question.code)}"]`)];

/** The values of what was typed; null if something is no answer, which is said at its field. */
function read(form, questions, words) {
  const values = {};
  let isWhole = true;
  for (const each of questions) {
    const fields = fieldsOf(form, each);
    const isTicked = fields.some((field) => ["radio", "checkbox"].includes(field.type));
    const text = (isTicked ? fields.filter((field) => field.checked) : fields).map((field) => field.value).join(";");
    try {
      const value = readValue(each, text);
      if (value !== null) values[each.code] = value;
      complain(fields[0], "");
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      complain(fields[0], sentence(error, words));
      isWhole = false;
    }
  }
  return isWhole ? values : null;
}

const sentence = (wrong, words) =>
  words(wrong.name, ...wrong.values.map((each) => (each instanceof Wrong ? sentence(each, words) : each)));

/** Says at a field what is wrong with it; with no words it takes that away. */
function complain(field, text) {
  const group = field.closest(".govuk-form-group");
  const id = `${field.name}-wrong`;
  group.querySelector(`[id="${id}"]`)?.remove();
  group.classList.toggle("govuk-form-group--error", Boolean(text));
  if (!text) return;
  const said = document.createElement("p");
  said.className = "govuk-error-message";
  said.id = id;
  said.setAttribute("role", "alert");
  said.textContent = text;
  (group.querySelector("fieldset") ?? group).querySelector("legend, label").after(said);
}
