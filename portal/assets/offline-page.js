// The page of the offline desk: its sentences, its views, and what went wrong.

export const root = document.querySelector("[data-kw-offline]");
export const $ = (name) => root.querySelector(name);
const heading = document.querySelector("h1");
heading.tabIndex = -1;

export const page = { trouble: "" };

/** A sentence of the page, with values in its places. */
export function words(name, ...values) {
  let text = root.querySelector(`[data-words="${name}"]`).content.textContent;
  for (const value of values) text = text.replace("{}", () => value);
  return text;
}

/** Shows a view alone, with its title or another one. */
export function reveal(view, about = "") {
  for (const each of root.querySelectorAll("[data-view]")) each.hidden = each.dataset.view !== view;
  document.body.classList.toggle("kw-body--bench", view === "desk");
  const title = about || root.querySelector(`[data-view="${view}"]`)?.dataset.title;
  heading.hidden = !title;
  if (!title) return;
  heading.textContent = title;
  heading.focus();
}

export function complain(text) {
  page.trouble = text;
  $("[data-kw-trouble]").textContent = text;
  $("[data-kw-trouble]").hidden = !text;
}

export function wrong(id, text) {
  const place = document.querySelector(`#${id}-error`);
  place.textContent = text;
  place.hidden = !text;
  document.querySelector(`#${id}`).classList.toggle("govuk-input--error", Boolean(text));
  if (text) document.querySelector(`#${id}`).focus();
}

/** Asks before entries are thrown away that nobody else has; resolves to whether that is wanted. */
export function sure(count) {
  if (!count) return Promise.resolve(true);
  const dialog = $("[data-kw-sure]");
  $("[data-kw-sure-words]").textContent = words("unsent", count);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
