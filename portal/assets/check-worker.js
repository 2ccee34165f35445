// Opens the page for codes when there is no internet: asks the network first, then what the page kept of its last visit.

async function answer(request) {
  try {
    return await fetch(request);
  } catch (error) {
    // In whatever language it was kept.
    const kept = await caches.match(request, { ignoreVary: true, ignoreSearch: request.mode === "navigate" });
    if (kept) return kept;
    throw error;
  }
}

addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
