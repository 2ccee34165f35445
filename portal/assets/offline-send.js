// Sends what this device holds to the portal, and takes over how the audit stands there. Every step may be repeated.

const BATCH = 100;
const LARGEST = 1000000; // signs of a batch: the portal takes four times as many
const SLOW = 300000; // ms that a picture may take

/** Why something could not be sent: a name for a sentence of the page, or the portal's own words. */
export class Trouble extends Error {
  constructor(name, words = "") {
    super(name);
    this.name = name;
    this.words = words;
  }
}

async function ask(address, fields, longest = 60000) {
  let reply;
  try {
    const body = fields && new FormData();
    for (const [name, value] of Object.entries(fields ?? {})) body.append(name, value);
    const limit = AbortSignal.timeout(longest);
    const asked = `${address}?lang=${document.documentElement.lang}`;
    reply = await fetch(asked, { method: body ? "POST" : "GET", body, cache: "no-store", signal: limit });
  } catch {
    throw new Trouble("gone");
  }
  const isAnswer = (reply.headers.get("Content-Type") ?? "").startsWith("application/json");
  if (!isAnswer || reply.redirected) throw new Trouble(reply.redirected || reply.status === 403 ? "signedOut" : "gone");
  const said = await reply.json();
  if (!reply.ok) throw new Trouble({ 409: "closed", 403: "blocked" }[reply.status] ?? "refused", said.words);
  return said;
}

export const hello = () => ask("hello");
export const packetOf = (audit) => ask(`../audits/${audit}/packet`);

export const enrol = (token, audit, fields) => ask(`../audits/${audit}/devices`, { csrf_token: token, ...fields });

/** Sends the entries that have no receipt, oldest first; `tell` hears how far it is. */
export async function send(held, tell) {
  const { token, person } = await hello();
  if (person !== held.record.person) throw new Trouble("somebodyElse");
  const { record } = held;
  let at = record.sent;
  let folded = record.sent;
  do {
    const batch = batchOf(held.entries.slice(at, at + BATCH));
    tell(at, held.entries.length);
    const said = await ask(`../audits/${record.audit}/devices/${record.chain}/entries`, {
      csrf_token: token,
      written: held.entries.length,
      entries: `[${batch.join()}]`,
    });
    const refused = said.answers.find((each) => each.outcome === "refused");
    await held.receipted(...signedFor(said.receipt, record.chain));
    if (refused) throw new Trouble("refused", refused.why);
    folded = said.upto;
    at += batch.length;
  } while (at < held.entries.length);
  for await (const shot of held.waiting()) { // after all entries: they are small, and say what is still to come
    tell(held.entries.length, held.entries.length + (held.record.pictures ?? 0));
    const picture = new File([shot.bytes], shot.name, { type: "image/jpeg" });
    const address = `../audits/${record.audit}/devices/${record.chain}/pictures`;
    await ask(address, { csrf_token: token, digest: shot.digest, picture }, SLOW);
    await held.released(shot.number);
  }
  const packet = await packetOf(record.audit);
  await held.renew(packet, folded);
}

/** The first of these entries as they are sent, as many as go into one batch: at least one. */
function batchOf(entries) {
  const batch = [];
  let size = 0;
  for (const { data, signature, salt, words } of entries) {
    const text = JSON.stringify({ data, signature, salt, words });
    size += text.length;
    if (batch.length && size > LARGEST) break;
    batch.push(text);
  }
  return batch;
}

/** What a receipt says of a chain: up to which number the portal holds it, and the digest of that entry. */
function signedFor(receipt, chain) {
  if (!receipt) return [0, ""];
  const text = atob(receipt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  const found = JSON.parse(text).chains.find((each) => each.chain === chain);
  return found ? [found.upto, found.head] : [0, ""];
}
