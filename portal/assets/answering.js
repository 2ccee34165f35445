// Saves answers while somebody types. Without it everything works by the buttons of the form.
const PAUSE = 1200; // ms after the last key
const AGAIN = 15000; // ms until a save that failed is tried again

const line = document.querySelector("[data-kw-saved]");
const cards = [...document.querySelectorAll("[data-kw-answer]")].map((box) => new Card(box));

function Card(box) {
  const form = box.closest("form");
  const prefix = box.dataset.prefix;
  const named = (name) => form.elements[`${prefix}${name}`];
  let timer = 0;
  let running = null;
  let conflicting = false;
  this.dirty = false;

  // Asked anew each time: the server may show other questions after an answer.
  const fields = () => [...box.querySelectorAll("input, textarea")].filter((each) => each.type !== "hidden");
  const isText = (field) => field.tagName === "TEXTAREA" || field.type === "text";
  for (const kind of ["input", "change"]) {
    box.addEventListener(kind, ({ target }) => {
      if (target.type === "hidden" || isText(target) !== (kind === "input")) return;
      if (target.closest("[data-kw-files]")) return; // goes with the file that is chosen next
      this.dirty = true;
      this.plan(isText(target) ? PAUSE : 0);
    });
  }
  takeDrops(box);

  this.plan = (pause) => {
    clearTimeout(timer);
    if (!conflicting) timer = setTimeout(() => this.save(), pause);
  };

  this.settle = () => {
    clearTimeout(timer);
    return running ?? Promise.resolve();
  };

  this.save = () => {
    if (running) return running.then(() => this.dirty && this.plan(0));
    this.dirty = false;
    say(line.dataset.saving);
    running = send(box.dataset.save, body())
      .then((answer) => this.show(answer))
      .catch((words) => {
        this.dirty = true;
        say(words, true);
        this.plan(AGAIN);
      })
      .finally(() => {
        running = null;
      });
    return running;
  };

  const body = () => {
    const data = new FormData();
    data.append("csrf_token", form.elements.csrf_token.value);
    data.append("prefix", prefix);
    if (box.querySelector("[data-kw-details] *")) data.append("details", "1");
    const own = new Set(fields().map((each) => each.name));
    for (const name of ["version", "shown"]) own.add(prefix + name);
    for (const [name, value] of new FormData(form)) {
      if (own.has(name) && !(value instanceof File && !value.name)) data.append(name.slice(prefix.length), value);
    }
    return data;
  };

  this.show = (answer) => {
    named("version").value = answer.version;
    named("shown").value = answer.shown;
    replace("[data-kw-state]", answer.state);
    replace("[data-kw-files]", answer.files);
    replace("[data-kw-conflict]", answer.conflict);
    conflicting = answer.status === 409;
    if (answer.details !== null) replace("[data-kw-details]", answer.details);
    if (answer.checks !== null) replace("[data-kw-checks]", answer.checks);
    for (const field of fields()) if (field.type === "file") field.value = "";
    complain(answer.complaints);
    say(conflicting ? answer.complaints[0] : answer.saved, conflicting);
    for (const each of document.querySelectorAll("[data-kw-answered]")) each.textContent = answer.answered;
    for (const each of document.querySelectorAll("[data-kw-meter]")) each.value = answer.answered;
  };

  const replace = (place, html) => {
    const found = box.querySelector(place);
    if (!found) return;
    found.innerHTML = html;
    dispatchEvent(new CustomEvent("kw-replaced", { detail: found }));
  };

  const complain = (complaints) => {
    let list = box.querySelector("[data-kw-complaints]");
    if (!list) {
      list = document.createElement("div");
      list.dataset.kwComplaints = "";
      list.setAttribute("role", "alert");
      box.querySelector("[data-kw-files]").before(list);
    }
    list.replaceChildren(
      ...complaints.map((words) => {
        const note = document.createElement("p");
        note.className = "govuk-error-message";
        note.textContent = words;
        return note;
      }),
    );
  };
}

function send(address, data) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.upload.addEventListener("progress", (event) => {
      if (event.total > 1e6 && event.loaded < event.total) {
        say(`${line.dataset.saving} ${Math.round((100 * event.loaded) / event.total)}%`);
      }
    });
    request.addEventListener("error", () => reject(line.dataset.lost));
    request.addEventListener("load", () => {
      const isAnswer = (request.getResponseHeader("Content-Type") ?? "").startsWith("application/json");
      if (isAnswer) resolve({ ...JSON.parse(request.responseText), status: request.status });
      else reject(request.status >= 500 ? line.dataset.lost : line.dataset.out);
    });
    request.send(data);
  });
}

function say(words, isBad = false) {
  line.textContent = words;
  line.classList.toggle("kw-saved--bad", isBad);
}

function takeDrops(box) {
  const input = box.querySelector('input[type="file"]');
  if (!input) return;
  box.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    box.classList.add("kw-drop");
  });
  for (const end of ["dragleave", "drop"]) box.addEventListener(end, () => box.classList.remove("kw-drop"));
  box.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
}

// A form that is sent waits for what is being saved, so that nobody conflicts with themselves.
let sending = false;
for (const form of new Set([...document.querySelectorAll("[data-kw-answer]")].map((box) => box.closest("form")))) {
  form.addEventListener("submit", (event) => {
    if (sending) return;
    event.preventDefault();
    sending = true;
    // Later: while this event is handled, a form ignores that it should be sent.
    Promise.all(cards.map((card) => card.settle())).then(() => setTimeout(() => form.requestSubmit(event.submitter)));
  });
}

window.addEventListener("beforeunload", (event) => {
  if (!sending && cards.some((card) => card.dirty)) event.preventDefault();
});
