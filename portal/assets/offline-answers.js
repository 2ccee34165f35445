// Reads what was counted as the portal stores it: numbers as text in one spelling, codes of choices, rows of a table.
// Pure. It takes less than the portal does, and nothing that the portal refuses: an entry that is sealed stays.

export const LONGEST = 500; // signs of a text
export const MOST_ROWS = 500;
const DIGITS = 12; // of a whole number
const NUMERIC = new Set(["number", "money", "share"]);
const NUMBER = /^(-?)(\d+)(?:[.,](\d+))?$/;
const GROUPED = /^-?[1-9]\d{0,2}[.,]\d{3}$/; // 1.250: of thousands, or of decimals
const DAY = /^(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}))$/;

/** What was typed is no answer: the name of a sentence of the page, and what stands in its places. */
export class Wrong extends Error {
  constructor(name, ...values) {
    super(name);
    this.name = name;
    this.values = values;
  }
}

/** The stored value of what was typed at a question, null for nothing; Wrong for what is no answer. */
export function readValue(question, typed) {
  const text = typed.trim();
  if (!text) return null;
  if (question.kind === "table") return rowsOf(question, typed);
  if (question.kind === "choices") return severalOf(question, text);
  return singleOf(question, text);
}

/** The text of a field that shows a stored value. */
export function typedOf(question, value) {
  if (value === undefined || value === null) return "";
  if (question.kind === "table") {
    return value.map((row) => question.columns.map((column) => typedOf(column, row[column.code])).join("\t")).join("\n");
  }
  if (question.kind === "yes_no") return value ? "yes" : "no";
  if (question.kind === "choices") return value.join(";");
  return String(value);
}

/** A single value in words. */
export function wordsOf(question, value) {
  const code = typedOf(question, value);
  const named = question.choices.find(([known]) => known === code);
  return named ? named[1] : [code, question.unit].filter(Boolean).join(" ");
}

function singleOf(question, text) {
  if (question.kind === "yes_no" || question.kind === "choice") {
    if (!question.choices.some(([code]) => code === text)) throw new Wrong("choose");
    return question.kind === "choice" ? text : text === "yes";
  }
  if (NUMERIC.has(question.kind)) return numberOf(question, text);
  if (question.kind === "date") return dayOf(text);
  const plain = text.split(/\s+/).join(" ");
  if ([...plain].length > LONGEST) throw new Wrong("long", LONGEST);
  return plain;
}

function severalOf(question, text) {
  const chosen = new Set(text.split(";").filter(Boolean));
  const known = question.choices.map(([code]) => code);
  if ([...chosen].some((code) => !known.includes(code))) throw new Wrong("choose");
  return known.filter((code) => chosen.has(code));
}

function numberOf({ decimals, minimum, maximum }, text) {
  const match = text.match(NUMBER);
  if (!match || GROUPED.test(text) || match[2].length > DIGITS) throw new Wrong(decimals ? "number" : "whole");
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > decimals) throw decimals ? new Wrong("decimals", decimals) : new Wrong("whole");
  const size = match[2].replace(/^0+(?=\d)/, "") + (fraction && `.${fraction}`);
  const written = size === "0" ? size : match[1] + size;
  if (minimum !== null && Number(written) < Number(minimum)) throw new Wrong("least", minimum);
  if (maximum !== null && Number(written) > Number(maximum)) throw new Wrong("mostOf", maximum);
  return written;
}

function dayOf(text) {
  const match = text.match(DAY);
  const [year, month, day] = match ? (match[1] ? match.slice(1, 4) : [match[6], match[5], match[4]]) : [];
  const written = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  const found = new Date(`${written}T00:00:00Z`);
  if (Number.isNaN(found.getTime()) || !found.toISOString().startsWith(written)) throw new Wrong("day");
  return written;
}

function rowsOf(question, text) {
  const lines = text.split("\n").filter((line) => line.trim());
  if (lines.length > MOST_ROWS) throw new Wrong("rows", MOST_ROWS);
  return lines.map((line, at) => rowOf(question, line, at + 1));
}

function rowOf({ columns }, line, place) {
  const cells = line.split(line.includes("\t") ? "\t" : ";").map((each) => each.trim());
  while (cells.length > columns.length && !cells.at(-1)) cells.pop();
  if (cells.length > columns.length) throw new Wrong("cells", place, columns.length);
  const row = {};
  columns.forEach((column, at) => {
    const value = cellOf(column, cells[at] ?? "", { place, isAlone: columns.length === 1 });
    if (value !== null) row[column.code] = value;
  });
  return row;
}

function cellOf(column, typed, { place, isAlone }) {
  try {
    const value = readValue(column, typed);
    if (value === null && column.required) throw new Wrong("missing");
    if (isAlone && String(value).includes(";")) throw new Wrong("choose"); // would be read as two cells
    return value;
  } catch (error) {
    throw error instanceof Wrong ? new Wrong("row", place, column.label, error) : error;
  }
}
