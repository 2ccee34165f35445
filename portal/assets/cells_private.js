// Private notes beside the cells: saved while they are typed, apart from the verdicts.
import { say, send, words } from "./cells.js";

const PAUSE = 1500; // ms after the last letter
const AGAIN = 15000;

class Private {
  constructor(field) {
    this.field = field;
    this.dirty = false;
    this.timer = 0;
    field.addEventListener("input", () => {
      this.dirty = true;
      this.plan(PAUSE);
    });
    field.addEventListener("blur", () => this.dirty && this.plan(0));
  }

  plan(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  async save() {
    this.dirty = false;
    say(words.saving);
    const fields = { csrf_token: this.field.form.elements.csrf_token.value, private: this.field.value };
    try {
      const answer = await send(this.field.dataset.kwPrivate, fields);
      say(answer.words, answer.status !== 200);
    } catch (trouble) {
      this.dirty = true;
      say(typeof trouble === "string" ? trouble : words.lost, true);
      this.plan(AGAIN);
    }
  }
}

let notes = [];

/** Begins with the fields of the page, and anew where others come in their place. */
export function watchPrivate() {
  notes = [...document.querySelectorAll("[data-kw-private]")].map((field) => new Private(field));
}

addEventListener("beforeunload", (event) => {
  if (notes.some((note) => note.dirty)) event.preventDefault();
});

/** Saves what is typed and not saved yet. */
export function settlePrivate() {
  return Promise.all(notes.filter((note) => note.dirty).map((note) => note.save()));
}
