// Checks the code behind `#` with the keys that came with the page. Asks nobody, and sends nothing.

const LONGEST = 2000;
const here = document.querySelector("#check");
const facts = document.querySelector("#check-facts");
const keys = JSON.parse(here.dataset.keys);
const link = facts.querySelector("a");
const address = link.getAttribute("href");

/** Bytes of base64url text, or null. A second spelling of the same bytes counts as altered. */
function decoded(text) {
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const again = btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    return again === text ? Uint8Array.from(letters, (letter) => letter.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

function parsed(bytes) {
  try {
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return found && typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}

/** The payload of a compact JWS (RFC 7515) that one of our keys signed, or the name of what is wrong. */
async function read(token) {
  const parts = token.split(".");
  const [header, payload, signature] = parts.map(decoded);
  if (token.length > LONGEST || parts.length !== 3 || !header || !payload || signature?.length !== 64) return "unreadable";
  const { alg, kid, typ } = parsed(header) ?? {};
  if (alg !== "ES256" || typ !== "kw") return "altered";
  if (!Object.hasOwn(keys, kid)) return "unknown";
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", keys[kid], curve, false, ["verify"]);
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  const genuine = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed);
  return genuine ? (parsed(payload) ?? "altered") : "altered";
}

/** 20270302 as a date at noon, so that no time zone moves it. */
function day(text) {
  return new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T12:00:00Z`);
}

function show(name) {
  for (const each of here.querySelectorAll("[data-outcome]")) each.hidden = each.dataset.outcome !== name;
}

function fill(said) {
  const inWords = new Intl.DateTimeFormat(here.dataset.locale, { dateStyle: "long", timeZone: "UTC" });
  const words = document.querySelector("#check-words").content;
  const text = {
    ...said,
    f: inWords.format(day(said.f)),
    u: inWords.format(day(said.u)),
    c: words.querySelector(`[data-word="${said.c ? 1 : 0}"]`).textContent,
  };
  for (const place of facts.querySelectorAll("[data-fact]")) place.textContent = text[place.dataset.fact];
  facts.querySelector("#check-cut").hidden = !said.a.endsWith("…");
  link.href = address.replace("NUMBER", encodeURIComponent(said.n));
}

async function check() {
  const token = new URLSearchParams(location.hash.slice(1)).get("c");
  let outcome = "none";
  if (token && !globalThis.crypto?.subtle) outcome = "unable";
  else if (token) outcome = await read(token).catch(() => "unreadable");
  facts.hidden = typeof outcome === "string";
  if (typeof outcome === "string") {
    show(outcome);
    return;
  }
  fill(outcome);
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Amsterdam" }).format().replaceAll("-", "");
  show(today > outcome.u ? "over" : today < outcome.f ? "early" : "genuine");
}

/** Keep this page and what it is made of, so that the next code can be checked without internet. */
async function keep() {
  await navigator.serviceWorker.register("/check-worker.js", { scope: "/check" });
  const parts = performance.getEntriesByType("resource").map((each) => each.name);
  // This script by its name: the browser may not have listed it yet while it runs.
  const wanted = [...new Set([location.origin + location.pathname + location.search, import.meta.url, ...parts])];
  const cache = await caches.open("check");
  await cache.addAll(wanted);
  for (const old of await cache.keys()) if (!wanted.includes(old.url)) await cache.delete(old);
}

addEventListener("hashchange", check);
await check();
// Without internet it was kept before; where nothing can be kept, the page works while it is open.
await keep().catch(() => {});
