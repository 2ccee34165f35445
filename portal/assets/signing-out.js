// Who signs out while this device holds an audit that was taken along is led to the offline desk, which asks first.

const NAME = "keurwerk-offline";
const DESK = "/inspector/offline/";

for (const form of document.querySelectorAll('form[action*="/logout"]')) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const records = await held().catch(() => []);
    if (records.some((record) => record.shared || record.sealed > record.sent)) {
      location.assign(`${DESK}?lang=${document.documentElement.lang}#leave`);
    } else {
      form.submit();
    }
  });
}

async function held() {
  const known = await indexedDB.databases();
  if (!known.some((each) => each.name === NAME)) return [];
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asked = opening.result.transaction("audits").objectStore("audits").getAll();
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      asked.transaction.oncomplete = () => opening.result.close();
    };
  });
}
