// Opens what lies on this device, with the words of its person or with a passkey, and takes another audit along.
import { keyOf, makeKeys, newWords, openKeys, shut, spoken } from "./offline-keys.js";
import { audits, Held, keepAudit, tryRoom } from "./offline-log.js";
import { $, complain, wrong, words } from "./offline-page.js";
import { askPasskey, canHavePasskeys, makePasskey } from "./offline-passkey.js";
import { enrol, hello, packetOf, Trouble } from "./offline-send.js";

export const sentenceOf = (error) =>
  error instanceof Trouble ? (error.name === "refused" ? words("refused", error.words) : words(error.name)) : words("failed");

/** The audits that these words open; none if they are of nobody here. */
export async function openedByWords(typed) {
  const keys = new Map();
  const found = [];
  for (const record of await audits()) {
    const salt = record.salt.toString();
    if (!keys.has(salt)) keys.set(salt, await keyOf(typed, record.salt));
    const held = await opened(record, keys.get(salt), record.wrapped);
    if (held) found.push(held);
  }
  return found;
}

/** The audits that the passkey opens for which the browser asks; none if it gives no secret, or its person stops. */
export async function openedByPasskey() {
  const records = (await audits()).filter((record) => record.passkey);
  try {
    const { passkey, key } = await askPasskey(passkeysOf(records));
    const mine = records.filter((record) => isSame(record.passkey, passkey));
    return (await Promise.all(mine.map((record) => opened(record, key, record.passkey.wrapped)))).filter(Boolean);
  } catch {
    return [];
  }
}

const isSame = (one, other) => one.id.toString() === other.id.toString();

/** Each passkey that opens something here, once. */
export const passkeysOf = (records) => [
  ...new Map(records.filter((each) => each.passkey).map(({ passkey }) => [passkey.id.toString(), passkey])).values(),
];

const opened = (record, key, wrapped) => Held.open(record, key, wrapped).catch(() => null); // of somebody else here

let drawn = "";
let mine = []; // what the person who is signed in has here already

/** Fills the view in which an audit is taken along: new words for the first one of its person on this device. */
export async function offerWords(audit) {
  const { person } = await hello();
  mine = (await audits()).filter((record) => record.person === person);
  drawn = mine.length ? "" : newWords();
  $("[data-kw-new-words]").hidden = !drawn;
  $("[data-kw-words]").textContent = drawn;
  $("[data-kw-passkey]").hidden = !canHavePasskeys();
  $('[data-form="take"]').dataset.audit = audit;
}

/** Takes along the audit of the form; resolves to it, open, or to nothing, having said why. */
export async function takeAlong(form) {
  const label = document.querySelector("#label");
  const typed = document.querySelector("#words");
  wrong("label", label.value.trim() ? "" : words("label"));
  if (!label.value.trim()) return null;
  complain("");
  const salt = drawn ? crypto.getRandomValues(new Uint8Array(16)) : mine[0].salt;
  const key = await keyOf(typed.value, salt);
  const isRight = drawn ? spoken(typed.value) === drawn : Boolean(await opened(mine[0], key, mine[0].wrapped));
  wrong("words", isRight ? "" : words(drawn ? "retype" : "wrong"));
  if (!isRight || !(await hasRoom())) return null;
  try {
    const locks = { words: { key, salt }, passkey: await passkeyFor(label.value) };
    const each = await enrolled(form.dataset.audit, label.value, locks);
    typed.value = "";
    drawn = "";
    return each;
  } catch (error) {
    complain(error.words || sentenceOf(error));
    return null;
  }
}

async function hasRoom() {
  try {
    await tryRoom();
    await navigator.storage?.persist?.call(navigator.storage).catch(() => false);
    return true;
  } catch {
    complain(words("noRoom"));
    return false;
  }
}

/** The passkey that opens the new audit too, with its key: that of the other audits of this person, or a new one. */
async function passkeyFor(label) {
  if (!document.querySelector("#passkey").checked) return null;
  const known = passkeysOf(mine);
  try {
    return known.length ? await askPasskey(known) : await makePasskey(label);
  } catch {
    throw new Trouble("noPasskey");
  }
}

async function enrolled(audit, label, locks) {
  const { token, person } = await hello();
  const packet = await packetOf(audit);
  if (!packet.open) throw new Trouble("notOpen");
  const keys = await makeKeys([locks.words.key, locks.passkey?.key].filter(Boolean));
  const { chain, opening } = await enrol(token, audit, { key: keys.open, label });
  const [wrapped, wrappedToo] = keys.wrapped;
  const record = {
    chain, audit, person, opening,
    salt: locks.words.salt,
    scheme: packet.scheme,
    shared: document.querySelector("#shared").checked,
    wrapped,
    sealed: 0, sent: 0, folded: 0, pictures: 0,
    seen: packet.now,
  };
  if (locks.passkey) record.passkey = { ...locks.passkey.passkey, wrapped: wrappedToo };
  const { data } = await openKeys(locks.words.key, wrapped);
  record.packet = await shut(data, packet, chain);
  await keepAudit(record);
  return Held.open(record, locks.words.key, wrapped);
}
