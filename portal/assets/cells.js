// Saves single verdicts, one after another per cell, and says how that went.

const line = document.querySelector("[data-kw-saved]");

export function say(words, isBad = false) {
  line.textContent = words;
  line.classList.toggle("kw-saved--bad", isBad);
}

export const words = line?.dataset ?? {};

/** Sends fields to an address; resolves to the answer with its status, rejects with words for the person. */
export const send = (address, fields) => carrier(address, fields);

let carrier = post;

/** Lets something else take what is sent, as the offline desk does. */
export function carryBy(other) {
  carrier = other;
}

async function post(address, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  let reply;
  try {
    reply = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
  } catch {
    throw words.lost;
  }
  const isAnswer = (reply.headers.get("Content-Type") ?? "").startsWith("application/json");
  if (!isAnswer || reply.redirected) throw reply.status >= 500 ? words.lost : words.out;
  return { ...(await reply.json()), status: reply.status };
}

/** The mark of a verdict and its name, as they stand on the label of its key. */
export function verdictOn(label) {
  const name = document.createElement("span");
  name.textContent = label.querySelector(".kw-verdicts__word").textContent;
  return [label.querySelector(".kw-verdict-mark").cloneNode(), " ", name];
}

/** Whether keys without Ctrl may do something here: they can be switched off, and a text field keeps its letters. */
export function isShortcut(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  if (document.querySelector("dialog[open]")) return false;
  return !event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
}

const STORE = "keurwerk-keys";
const kept = () => {
  try {
    return localStorage.getItem(STORE);
  } catch {
    return null;
  }
};
export const keysAreOn = () => kept() !== "off";

/** Opens the sheet of keys from its button, and keeps whether this device uses them. */
export function offerHelp() {
  const sheet = document.querySelector("[data-kw-keys]");
  const use = sheet.querySelector("[data-kw-use-keys]");
  use.checked = keysAreOn();
  use.addEventListener("change", () => {
    try {
      localStorage.setItem(STORE, use.checked ? "on" : "off");
    } catch {
      // Where nothing can be kept the choice lasts as long as the page.
    }
    document.documentElement.classList.toggle("kw-no-keys", !use.checked);
  });
  document.documentElement.classList.toggle("kw-no-keys", !keysAreOn());
  sheet.querySelector("[data-kw-close]").addEventListener("click", () => sheet.close());
  for (const button of document.querySelectorAll("[data-kw-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => sheet.showModal());
  }
  return () => sheet.showModal();
}
