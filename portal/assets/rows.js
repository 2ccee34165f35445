// Shows a table of rows as a grid of fields over its text box, which is what is sent. Without it people type or paste
// one row on each line into that box.
for (const box of document.querySelectorAll("[data-kw-rows]")) grid(box);
addEventListener("kw-replaced", ({ detail }) => detail.querySelectorAll("[data-kw-rows]").forEach(grid));

function grid(box) {
  const { columns, words } = JSON.parse(box.dataset.kwRows);
  const rows = parsed(box.value);
  if (rows.some((row) => row.length > columns.length)) return; // what is no table stays text, to be mended
  const label = document.querySelector(`label[for="${CSS.escape(box.id)}"]`);
  const table = made("table", "kw-rows");
  const body = made("tbody");
  const note = made("p", "govuk-body-s kw-rows__note");
  note.setAttribute("role", "status");
  label.id = `${box.id}-label`;
  table.setAttribute("aria-labelledby", label.id);
  const describing = box.getAttribute("aria-describedby");
  if (describing) table.setAttribute("aria-describedby", describing);
  table.append(head(columns, words), body);
  const more = button(words.add, "govuk-button govuk-button--secondary");
  box.before(table, note, more);
  box.classList.add("govuk-!-display-none");
  (rows.length ? rows : [[]]).forEach((row) => add(row));

  more.addEventListener("click", () => add([]).querySelector("input, select").focus());
  body.addEventListener("input", write);
  body.addEventListener("paste", paste);

  function add(values, before = null) {
    const row = made("tr");
    columns.forEach((column, place) => row.append(cell(column, values[place] ?? "")));
    const last = made("td");
    const away = button(words.remove, "kw-link-button");
    away.addEventListener("click", () => remove(row));
    last.append(away);
    row.append(last);
    body.insertBefore(row, before);
    number();
    return row;
  }

  function remove(row) {
    const values = read(row);
    const next = row.nextElementSibling;
    row.remove();
    if (!body.rows.length) add([]);
    number();
    changed();
    const undo = button(words.undo, "kw-link-button");
    undo.addEventListener("click", () => {
      const back = add(values, next?.isConnected ? next : null);
      changed();
      note.replaceChildren();
      back.querySelector("input, select").focus();
    });
    note.replaceChildren(`${words.removed} `, undo);
    undo.focus();
  }

  // Rows that were copied in a spreadsheet fill the grid from the cell where they are pasted.
  function paste(event) {
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!text.includes("\t") && !text.includes("\n")) return;
    event.preventDefault();
    const start = event.target.closest("td");
    let row = start.parentElement;
    for (const line of text.split("\n")) {
      row ??= add([]);
      line.split("\t").forEach((value, place) => {
        const field = row.cells[start.cellIndex + place]?.querySelector("input, select");
        if (field) fill(field, value.trim());
      });
      row = row.nextElementSibling;
    }
    number();
    changed();
  }

  function number() {
    [...body.rows].forEach((row, place) => {
      [...row.querySelectorAll("input, select")].forEach((field, column) => {
        field.setAttribute("aria-label", `${columns[column].label}, ${words.row} ${place + 1}`);
      });
      row.querySelector("button").setAttribute("aria-label", `${words.remove}: ${words.row} ${place + 1}`);
    });
  }

  function write() {
    const filled = [...body.rows].map(read).filter((row) => row.some(Boolean));
    box.value = filled.map((row) => row.join("\t")).join("\n");
  }

  function changed() {
    write();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function parsed(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line) => {
    const cells = line.split(line.includes("\t") ? "\t" : ";").map((each) => each.trim());
    while (cells.length && !cells.at(-1)) cells.pop();
    return cells;
  });
}

function head(columns, words) {
  const top = made("thead");
  const row = made("tr");
  for (const column of columns) {
    const name = made("th");
    name.scope = "col";
    name.textContent = column.label;
    row.append(name);
  }
  const last = made("td");
  row.append(last);
  top.append(row);
  return top;
}

function cell(column, value) {
  const holder = made("td");
  holder.dataset.label = column.label;
  const known = column.choices.map(([code]) => code);
  if (known.length && (!value || known.includes(value))) {
    const list = made("select", "govuk-select");
    for (const [code, words] of [["", ""], ...column.choices]) list.add(new Option(words, code));
    fill(list, value);
    holder.append(list);
    return holder;
  }
  const field = made("input", "govuk-input");
  field.type = "text";
  if (column.numeric) field.inputMode = "decimal";
  fill(field, value);
  holder.append(field);
  return holder;
}

function fill(field, value) {
  if (field.tagName !== "SELECT") {
    field.value = value.replaceAll("\t", " ");
    return;
  }
  const same = [...field.options].find((each) => [each.value, each.text].some((words) => words.toLowerCase() === value.toLowerCase()));
  if (same) field.value = same.value;
}

const read = (row) => [...row.querySelectorAll("input, select")].map((field) => field.value.replaceAll("\t", " ").trim());

function button(words, kind) {
  const element = made("button", kind);
  element.type = "button";
  element.textContent = words;
  return element;
}

function made(tag, kind = "") {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  return element;
}
