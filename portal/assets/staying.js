// Warns five minutes before a session ends. Typing counts as activity; without this script what is sent is held.
import "./signing-out.js";

const WARN = 5 * 60;
const TELL = 2 * 60; // seconds between two words to the server while somebody types
const PLACE = "kw-signed-in-until"; // shared by the tabs of this browser

const note = document.querySelector("[data-kw-ending]");
const words = note.querySelector("[data-kw-words]");
const button = note.querySelector("button");
const now = () => Date.now() / 1000;
const token = note.dataset.token;

let told = now();
keep(Number(note.dataset.left));

function keep(left) {
  told = now();
  try {
    localStorage.setItem(PLACE, String(now() + left));
  } catch {
    note.dataset.until = String(now() + left);
  }
}

function until() {
  try {
    return Number(localStorage.getItem(PLACE));
  } catch {
    return Number(note.dataset.until);
  }
}

async function stay() {
  const data = new FormData();
  data.append("csrf_token", token);
  try {
    const answer = await fetch(note.dataset.stay, { method: "POST", body: data, redirect: "error" });
    if (answer.ok) keep((await answer.json()).left);
  } catch {
    // No connection, or signed out: the clock goes on, and says so in time.
  }
  look();
}

function look() {
  const left = until() - now();
  note.hidden = left > WARN;
  if (note.hidden) return;
  const text = left > 0 ? note.dataset.soon.replace("{}", Math.ceil(left / 60)) : note.dataset.over;
  if (words.textContent !== text) words.textContent = text;
  button.hidden = left <= 0;
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, () => {
    if (now() - told > TELL && until() > now()) {
      told = now();
      stay();
    }
  });
}
button.addEventListener("click", stay);
setInterval(look, 10000);
look();
