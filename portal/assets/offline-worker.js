// Serves the offline desk without a connection. The portal puts SHELL before this: a version, and the files it needs.
// A page is served from one version until its person takes the next: a browser may start a new worker at any time.

const NAME = "keurwerk-offline/";
const PINNED = `${NAME}pinned`;
const PIN = "/inspector/offline/pin";

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(clean().then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  if (event.data === "renew") event.waitUntil(pin(SHELL.version).then(clean).then(() => tell(event.source)));
  if (event.data === "version") event.waitUntil(tell(event.source));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  const isPage = event.request.mode === "navigate" && pathname.endsWith("/inspector/offline/");
  if (isPage || pathname.includes("/static/")) event.respondWith(answer(event.request));
});

async function keep() {
  const cache = await caches.open(NAME + SHELL.version);
  await cache.addAll(SHELL.files.map((file) => new Request(file, { cache: "reload", credentials: "omit" })));
  if (!(await pinned())) await pin(SHELL.version);
}

async function pinned() {
  const kept = await (await caches.open(PINNED)).match(PIN);
  return kept ? kept.text() : "";
}

async function pin(version) {
  await (await caches.open(PINNED)).put(PIN, new Response(version));
}

/** Throws away the versions that are neither used nor next. */
async function clean() {
  const wanted = new Set([PINNED, NAME + SHELL.version, NAME + (await pinned())]);
  for (const name of await caches.keys()) if (name.startsWith(NAME) && !wanted.has(name)) await caches.delete(name);
}

async function answer(request) {
  const cache = await caches.open(NAME + (await pinned()));
  // One script is loaded anew for each unit, by a word more in its address; a version is part of the pinned page.
  const kept =
    (await cache.match(request, { ignoreVary: true })) ??
    (await cache.match(request, { ignoreVary: true, ignoreSearch: true }));
  if (kept) return kept;
  return fetch(request);
}

async function tell(client) {
  client?.postMessage({ mine: SHELL.version, pinned: await pinned() });
}
