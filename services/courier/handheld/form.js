// Fields, choices and what is wrong with them, alike on all screens.

import { h, show } from "../../foundation/pages/dom.js";
import { words } from "./context.js";

/** A text field with its label: {row, input, label, wrong}. */
export function field(app, key, { id, value = "", ...attributes }, values = {}) {
  const input = h("input", { id, value, autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-wrong`, ...attributes });
  const wrong = h("p", { id: `${id}-wrong`, class: "wrong" });
  const label = h("label", { for: id }, words(app, key, values));
  return { input, label, wrong, row: h("div", { class: "field" }, label, input, wrong) };
}

/** A choice of one, as radio buttons that arrow keys walk through: {row, value(), wrong}. */
export function choice(app, key, name, options, { word, onchange, chosen }) {
  const wrong = h("p", { class: "wrong", id: `${name}-wrong` });
  const row = h("fieldset", { class: "choice", "aria-describedby": `${name}-wrong` }, h("legend", {}, words(app, key)),
    options.map((option) => h("label", {}, h("input", { type: "radio", name, value: option, checked: option === chosen, onchange }),
      h("span", {}, words(app, word(option))))), wrong);
  return { row, wrong, value: () => row.querySelector("input:checked")?.value };
}

/** Leaves some options of a choice; if the chosen one is not among them, the first of them is chosen. */
export function allow({ row }, options) {
  for (const input of row.querySelectorAll("input")) {
    input.disabled = input.closest("label").hidden = !options.includes(input.value);
  }
  if (row.querySelector("input:checked:enabled")) return;
  const [first] = row.querySelectorAll("input:enabled");
  if (first) first.checked = true;
}

/** Says what is wrong with a field, at the field, and puts the focus there. */
export function problemAt(app, { row, wrong }, key) {
  wrong.textContent = words(app, key);
  const input = row.querySelector("input, canvas, button");
  input?.setAttribute("aria-invalid", "true");
  input?.focus();
}

/** Takes back what was said to be wrong. */
export function allRight(fields) {
  for (const { row, wrong } of fields) {
    wrong.textContent = "";
    row.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
  }
}

/** A list of parcels that can be taken out again. */
export function chips(app, place, codes, group, onRemove) {
  show(place, h("ul", { class: "chips" }, codes.map((code) => h("li", {}, h("span", { class: "code" }, group(code)),
    h("button", { type: "button", "aria-label": words(app, "remove", { code: group(code) }), onclick: () => onRemove(code) }, "×")))));
}
