// The page of the offline desk: take audits along, open them with words, judge, send, export, and leave a clean device.
import { valuesOf } from "./offline-chain.js";
import { audits, packed, restore, wipe } from "./offline-log.js";
import { $, complain, page, reveal, root, sure, words, wrong } from "./offline-page.js";
import { hello, send } from "./offline-send.js";
import { offerWords, openedByPasskey, openedByWords, passkeysOf, sentenceOf, takeAlong } from "./offline-unlock.js";

const EVERY = 60000; // ms between two tries to send
const IDLE = 600000; // ms out of sight until the desk locks itself
const desk = $("[data-kw-desk]");
const stays = (record) => record.sealed - record.sent + (record.pictures ?? 0);
const sum = (list) => list.reduce((all, each) => all + each, 0);

let held = []; // open audits
let current = null;
let sending = false;

function show(view, about = "") {
  if (view !== "desk") {
    for (const part of [...desk.children]) part.remove();
    current = null;
  }
  reveal(view, about);
}

/** Says whether this device may be cleared: a word, a shape and a count. */
async function shine(progress = null) {
  const records = await audits();
  const here = sum(records.map(stays));
  const light = $("[data-kw-light]");
  const isOpen = held.length > 0;
  const state = !records.length ? "" : progress ? "sending" : !isOpen ? "locked" : page.trouble ? "action" : here ? "only" : "safe";
  light.dataset.state = state;
  const texts = {
    "": "",
    sending: progress && words("sending", ...progress),
    locked: words("locked", records.length, here),
    only: words("only", here),
    action: words("only", here),
    safe: words("safe"),
  };
  if (light.textContent !== texts[state]) light.textContent = texts[state];
}

const addressOf = (each) => (kind, unit) => `#unit/${each.record.chain}/${kind.code}/${unit.place}`;

function list() {
  const blank = $("[data-kw-audit]");
  $("[data-kw-audits]").replaceChildren(
    ...held.map((each) => {
      const panel = blank.content.firstElementChild.cloneNode(true);
      panel.querySelector("h2").textContent = `${each.packet.reference} · ${each.packet.agency}`;
      const split = [...each.cells.values()].filter((stand) => valuesOf(stand).length > 1).length;
      const said = [each.unsent ? words("only", each.unsent) : words("safe")];
      if (split) said.push(words("conflicts", split));
      if (each.isOver) said.push(words("tooOld"));
      panel.querySelector("[data-kw-audit-light]").textContent = said.join(" ");
      const line = panel.querySelector("li");
      const kinds = each.isOver ? [] : each.packet.kinds.filter((kind) => kind.units.length);
      panel.querySelector("ul").replaceChildren(...kinds.map((kind) => lineOf(each, kind, line.cloneNode(true))));
      return panel;
    }),
  );
}

function lineOf(each, kind, line) {
  const total = kind.codes.length * kind.units.length;
  const done = [...each.cells.keys()].filter((cell) => cell.split("/")[1] === kind.code).length;
  const next = kind.units.find((unit) => kind.codes.some((code) => !each.cells.has(`${code}/${kind.code}/${unit.place}`)));
  line.querySelector("a").textContent = kind.agency ? kind.name : kind.plural;
  line.querySelector("a").href = addressOf(each)(kind, next ?? kind.units[0]);
  line.querySelector("span").textContent = words("done", done, total);
  return line;
}

async function go() {
  const [view, ...rest] = location.hash.slice(1).split("/");
  const records = await audits();
  if (view === "take") {
    return offerWords(rest[0]).then(() => show("take"), (error) => complain(sentenceOf(error)));
  }
  if (view === "leave") return leave();
  if (!records.length) show("none");
  else if (!held.length) {
    $("[data-kw-by-passkey]").hidden = !passkeysOf(records).length;
    show("locked");
  } else if (view === "unit") return showDesk(...rest);
  else if (view === "count") return showCount(...rest);
  else {
    list();
    show("open");
  }
  return shine();
}

/** The audit, kind and unit of an address; nothing if they are not here, or may not be opened any more. */
function spotAt(chain, code, place) {
  const each = held.find((one) => one.record.chain === chain);
  const kind = each?.packet.kinds.find((one) => one.code === code);
  const unit = kind?.units.find((one) => String(one.place) === place);
  return unit && !each.isOver ? { each, kind, unit } : {};
}

async function showCount(chain, code, place) {
  const { each, kind, unit } = spotAt(chain, code, place);
  if (!kind?.counts) return location.assign("#open");
  show("count", words("countsOf", `${kind.name} ${unit.name}`));
  const back = addressOf(each)(kind, unit);
  $("[data-kw-to-unit]").href = back;
  const { showCounts } = await import("./offline-counts.js");
  const { strange } = await import("./offline-desk.js");
  const done = () => location.assign(back);
  showCounts($("[data-kw-counting]"), each, kind, unit, { words, strange, saved: () => shine(), done });
  return shine();
}

async function showDesk(chain, code, place) {
  const { each, kind, unit } = spotAt(chain, code, place);
  if (!unit) return location.assign("#open");
  show("desk");
  current = each;
  if (!desk.children.length) desk.innerHTML = kind.html; // what the scripts of the desk look for as they start
  const module = await import("./offline-desk.js");
  const about = { words, saved: () => shine() };
  module.carryCells({ held: () => each, ...about });
  await module.showUnit(desk, each, kind, unit, { address: addressOf(each), heads: $("[data-kw-heads]"), ...about });
  return shine();
}

async function unlock(event) {
  event.preventDefault();
  const field = document.querySelector("#unlock");
  if (await opens(await openedByWords(field.value), "wrong")) field.value = "";
}

/** Goes on with what was opened; says what was wrong if that is nothing. */
async function opens(found, trouble) {
  wrong("unlock", found.length ? "" : words(trouble));
  if (!found.length) return false;
  held = found;
  await go();
  sendAll({ isAsked: false });
  return true;
}

function lock() {
  held = [];
  location.hash = "#open";
  complain("");
  return go();
}

async function take(event) {
  event.preventDefault();
  const each = await takeAlong(event.target);
  if (!each) return;
  held = [...held, each];
  location.hash = "#open";
}

async function sendAll({ isAsked = true } = {}) {
  if (sending || !held.length) return;
  sending = true;
  complain("");
  for (const each of held) {
    try {
      await send(each, (at, all) => shine([at, all]));
    } catch (error) {
      if (isAsked || !["gone", "signedOut"].includes(error.name)) complain(sentenceOf(error));
    }
  }
  sending = false;
  if (!root.querySelector('[data-view="open"]').hidden) list();
  await shine();
}

async function toFile() {
  const records = await audits();
  const file = new Blob([await packed(records)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `keurwerk-${new Date().toISOString().slice(0, 16).replace(":", "")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), EVERY);
}

async function fromFile(event) {
  try {
    complain(words("imported", await restore(await event.target.files[0].text())));
    held = [];
    await go();
  } catch {
    complain(words("file"));
  }
}

async function clear() {
  const records = (await audits()).filter((record) => held.some((each) => each.record.chain === record.chain));
  if (!(await sure(sum(records.map(stays))))) return;
  await wipe(records.map((record) => record.chain));
  held = [];
  location.hash = "#open";
  await go();
}

const auditsOf = async (person) => (await audits()).filter((record) => record.person === person);

async function leave() {
  try {
    const { person } = await hello();
    const mine = await auditsOf(person);
    if (!mine.length) return signOut({ wipes: false });
    $("[data-kw-leaving]").textContent = words("leaving", mine.length, sum(mine.map(stays)));
    $('[data-act="leaveKept"]').hidden = mine.some((record) => record.shared);
    show("leave");
  } catch (error) {
    complain(sentenceOf(error));
  }
  return shine();
}

async function signOut({ wipes }) {
  try {
    const { token, person } = await hello();
    const mine = await auditsOf(person);
    if (wipes && !(await sure(sum(mine.map(stays))))) return;
    if (wipes) await wipe(mine.map((record) => record.chain));
    const body = new FormData();
    body.append("csrf_token", token);
    await fetch("/logout", { method: "POST", body });
    location.assign("/login");
  } catch (error) {
    complain(sentenceOf(error));
  }
}

/** A code, a reference, or both lead to a unit and a cell, as on the pages of the portal. */
function jump(event) {
  if (!desk.contains(event.target)) return undefined;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.target.matches(".kw-jump")) return undefined;
  const typed = event.target.elements.q.value.trim().toLowerCase().split(/\s+/);
  for (const kind of current.packet.kinds) {
    const unit = kind.units.find((each) => typed.includes(each.name.toLowerCase()));
    if (unit) return location.assign(addressOf(current)(kind, unit));
  }
  const code = current.packet.kinds.flatMap((kind) => kind.codes).find((each) => typed.includes(each.toLowerCase()));
  const link = code && desk.querySelector(`[data-kw-row="${CSS.escape(`${code}-0`)}"] a`);
  complain(link ? "" : words("notThere"));
  return link?.click();
}

async function startWorker() {
  const worker = navigator.serviceWorker;
  worker.addEventListener("message", ({ data }) => {
    $("[data-kw-renew]").hidden = data.mine === data.pinned;
  });
  const registration = await worker.register("worker", { scope: "./", updateViaCache: "none" });
  registration.update().catch(() => {});
  (await worker.ready).active.postMessage("version");
}

const acts = {
  passkey: async () => opens(await openedByPasskey(), "notThisPasskey"),
  send: () => sendAll(),
  export: toFile,
  lock,
  clear,
  leave: () => signOut({ wipes: true }),
  leaveKept: () => signOut({ wipes: false }),
  stay: () => location.assign("/inspector/"),
  renew: async () => {
    (await navigator.serviceWorker.ready).active.postMessage("renew");
    await lock();
    setTimeout(() => location.reload(), 500);
  },
};

async function start() {
  if (!window.indexedDB || !crypto.subtle || !navigator.serviceWorker || !navigator.locks) return complain(words("old"));
  const isFirst = await new Promise((resolve) => {
    navigator.locks.request("keurwerk-offline", { ifAvailable: true }, (lockHeld) => {
      resolve(Boolean(lockHeld));
      return lockHeld ? new Promise(() => {}) : undefined; // for as long as the page lives
    });
  });
  if (!isFirst) return complain(words("tab"));
  root.addEventListener("click", (event) => acts[event.target.closest("[data-act]")?.dataset.act]?.());
  $('[data-form="unlock"]').addEventListener("submit", unlock);
  $('[data-form="take"]').addEventListener("submit", take);
  document.querySelector("#import").addEventListener("change", fromFile);
  for (const button of root.querySelectorAll("[data-kw-sure] button")) {
    button.addEventListener("click", () => $("[data-kw-sure]").close(button.value));
  }
  document.addEventListener("submit", jump, true);
  addEventListener("hashchange", () => /^#(unit|count|open|take|leave)/.test(location.hash) && go());
  addEventListener("online", () => sendAll({ isAsked: false }));
  setInterval(() => document.visibilityState === "visible" && sendAll({ isAsked: false }), EVERY);
  let idle;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(idle);
    if (document.visibilityState === "hidden") idle = setTimeout(lock, IDLE);
  });
  startWorker().catch(() => complain(words("old")));
  try {
    await go();
  } catch {
    complain(words("noRoom"));
  }
  root.dataset.ready = "";
  return undefined;
}

start();
