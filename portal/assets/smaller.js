// Makes pictures smaller on the device before they are sent, which also leaves out what the camera wrote into them.
// A file that the browser cannot draw is sent as it is.
const LONGEST = 2000; // pixels of the longer side: small print of a payslip stays readable
const QUALITY = 0.8;

const note = document.querySelector("[data-kw-smaller]");
const input = note.closest("form").querySelector('input[type="file"]');
const size = (bytes) => `${Math.max(1, Math.round(bytes / 1024))} KB`;

input.addEventListener("change", async () => {
  const chosen = [...input.files];
  if (!chosen.some((file) => file.type.startsWith("image/"))) return;
  note.textContent = note.dataset.busy;
  const button = input.form.querySelector("button");
  button.disabled = true;
  const made = await Promise.all(chosen.map(smaller));
  const list = new DataTransfer();
  for (const file of made) list.items.add(file);
  input.files = list.files;
  button.disabled = false;
  const [before, after] = [chosen, made].map((files) => files.reduce((sum, file) => sum + file.size, 0));
  note.textContent = after < before ? note.dataset.done.replace("{}", size(after)).replace("{}", size(before)) : "";
});

/** The picture as a smaller JPEG, or the file itself. */
async function smaller(file) {
  if (!file.type.startsWith("image/")) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: "image/jpeg" });
  } catch {
    return file;
  }
}
