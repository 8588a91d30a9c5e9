// Fields, choices and what is wrong with them, alike on all screens.

import { h, show } from "../../foundation/pages/dom.js";
import { words } from "./context.js";

/** A text field with its label: {row, input, wrong}. */
export function field(app, key, { id, value = "", ...attributes }, values = {}) {
  const input = h("input", { id, value, autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-wrong`, ...attributes });
  const wrong = h("p", { id: `${id}-wrong`, class: "wrong" });
  return { input, wrong, row: h("div", { class: "field" }, h("label", { for: id }, words(app, key, values)), input, wrong) };
}

/** A choice of one, as radio buttons that arrow keys walk through: {row, value(), wrong}. */
export function choice(app, key, name, options, { word, onchange, chosen }) {
  const wrong = h("p", { class: "wrong", id: `${name}-wrong` });
  const row = h("fieldset", { class: "choice", "aria-describedby": `${name}-wrong` }, h("legend", {}, words(app, key)),
    options.map((option) => h("label", {}, h("input", { type: "radio", name, value: option, checked: option === chosen, onchange }),
      h("span", {}, words(app, word(option))))), wrong);
  return { row, wrong, value: () => row.querySelector("input:checked")?.value };
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
