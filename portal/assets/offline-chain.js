// Entries of the offline desk: their bytes as the portal spells them, and what stands on each cell.

const FORMAT = 1;
const JUDGING = new Set(["verdict", "choice"]);
const encoder = new TextEncoder();

/** JSON with sorted keys and without spaces. Keys are ASCII and numbers are whole, so that both sides spell alike. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

export const bytesOf = (text) => encoder.encode(text);
export const base64 = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
export const base64url = (bytes) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
export const fromBase64 = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

export async function digestOf(...parts) {
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the clock of this device says, with six decimals. */
const moment = () => new Date().toISOString().replace(/\.(\d{3})Z$/, ".$1000Z");

/** Makes an entry that continues `last`, signed; `said` has cell, kind, parents, value, method, and typed words. */
export async function sealEntry(record, last, said, key) {
  const words = Object.fromEntries(Object.entries(said.words).filter(([, text]) => text));
  const hasWords = Object.keys(words).length > 0;
  const salt = hasWords ? crypto.getRandomValues(new Uint8Array(32)) : new Uint8Array();
  const how = said.method ? { method: said.method } : {};
  const data = canonical({
    ...how,
    v: FORMAT,
    audit: record.audit,
    scheme: record.scheme,
    chain: record.chain,
    person: record.person,
    number: last.number + 1,
    previous: last.digest,
    kind: said.kind,
    cell: said.cell,
    parents: [...said.parents].sort(),
    value: said.value,
    content: hasWords ? await digestOf(salt, canonical(words)) : null,
    wall: moment(),
  });
  const signed = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytesOf(data));
  return { data, signature: base64url(signed), salt: base64(salt), words, digest: await digestOf(data) };
}

/** What entries after number `folded` say, of which the portal did not know yet: with their digests and typed words. */
export const later = (entries, folded) =>
  entries.slice(folded).map(({ data, digest, words }) => ({ said: JSON.parse(data), digest, words }));

/** What stands on the cells: what the portal told, and what was said later. */
export function standing(told, spoken) {
  const cells = new Map(Object.entries(told).map(([cell, stand]) => [cell, [...stand]]));
  for (const { said, digest, words } of spoken) {
    if (!JUDGING.has(said.kind)) continue;
    // A verdict that is older than the chains has no digest that an entry could name.
    const rest = (cells.get(said.cell) ?? []).filter((each) => each.digest && !said.parents.includes(each.digest));
    const { value, method = "", wall } = said;
    const here = { digest, value, method, note: words.note ?? "", by: "", at: wall };
    cells.set(said.cell, [...rest, here]);
  }
  return cells;
}

/** What was counted at the units: what the portal told, and what was said later. */
export function counted(told, spoken) {
  const cells = new Map(Object.entries(told ?? {}));
  for (const { said, digest, words } of spoken) {
    if (said.kind !== "count") continue;
    const rest = (cells.get(said.cell) ?? []).filter((each) => !said.parents.includes(each.digest));
    cells.set(said.cell, [...rest, { digest, values: JSON.parse(words.counts) }]);
  }
  return cells;
}

/** One's own private notes by cell: as the portal told them, and as they were typed later. */
export function privateNotes(told, spoken) {
  const notes = new Map(Object.entries(told ?? {}));
  for (const { said, words } of spoken) if (said.kind === "private") notes.set(said.cell, words.private ?? "");
  return notes;
}

/** The names of the pictures on each cell. */
export function pictures(told, spoken) {
  const names = new Map(Object.entries(told ?? {}).map(([cell, its]) => [cell, [...its]]));
  for (const { said, words } of spoken) {
    if (said.kind === "photo") names.set(said.cell, [...(names.get(said.cell) ?? []), words.name]);
  }
  return names;
}

export const valuesOf = (stand) => [...new Set(stand.map((each) => each.value))];
