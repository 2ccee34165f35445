// Makes pictures smaller on the device before they are sent, which also leaves out what the camera wrote into them.
// A file that the browser cannot draw is sent as it is.
import { smaller } from "./lighter.js";

const note = document.querySelector("[data-kw-smaller]");
const input = note.closest("form").querySelector('input[type="file"]');
const size = (bytes) => `${Math.max(1, Math.round(bytes / 1024))} KB`;

input.addEventListener("change", async () => {
  const chosen = [...input.files];
  if (!chosen.some((file) => file.type.startsWith("image/"))) return;
  note.textContent = note.dataset.busy;
  const button = input.form.querySelector("button");
  button.disabled = true;
  const made = await Promise.all(chosen.map((file) => smaller(file)));
  const list = new DataTransfer();
  for (const file of made) list.items.add(file);
  input.files = list.files;
  button.disabled = false;
  const [before, after] = [chosen, made].map((files) => files.reduce((sum, file) => sum + file.size, 0));
  note.textContent = after < before ? note.dataset.done.replace("{}", size(after)).replace("{}", size(before)) : "";
});
