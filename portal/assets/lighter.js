// Makes one picture smaller, without what the camera wrote into it.
const LONGEST = 2000; // pixels of the longer side: small print of a payslip stays readable
const QUALITY = 0.8;

/** The picture as a smaller JPEG, or the file itself; `isRedrawn`: never the file itself, if it can be drawn. */
export async function smaller(file, { isRedrawn = false } = {}) {
  if (!file.type.startsWith("image/")) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob || (blob.size >= file.size && !isRedrawn)) return file;
    return new File([blob], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: "image/jpeg" });
  } catch {
    return file;
  }
}
