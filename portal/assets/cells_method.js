// How an inspector came to a verdict: what was chosen last on this device is offered for the next cells without one.
const place = `kw-method ${location.pathname.split("/").slice(0, 4).join("/")}`; // of this audit

function remember(chosen) {
  try {
    sessionStorage.setItem(place, chosen);
  } catch {
    // Where nothing can be kept each cell is asked anew.
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return null;
  }
}

export class Methods {
  constructor(box, changed) {
    this.radios = [...box.querySelectorAll(".kw-methods input")];
    for (const radio of this.radios) {
      radio.addEventListener("change", () => {
        remember(radio.value);
        changed();
      });
    }
  }

  get value() {
    return this.radios.find((radio) => radio.checked)?.value ?? "";
  }

  set value(chosen) {
    for (const radio of this.radios) radio.checked = radio.value === chosen;
  }

  /** Chooses what was chosen last, where nothing is. */
  offer() {
    const last = remembered();
    if (last && !this.value) this.value = last;
  }

  /** Chooses the next one, by a key. */
  turn() {
    const at = this.radios.findIndex((radio) => radio.checked);
    this.radios[(at + 1) % this.radios.length]?.click();
  }
}
