// One field of the form: label, input, hint, error, all tied together for those who hear the page.

import { h, tell } from "../dom.js";

/**
 * {element, input, refresh}. The input's name is the draft's; what is typed goes to the form at once. ``refresh`` shows the
 * draft's text and the error; ``problem`` is the name it is known by among the problems.
 */
export function field(form, name, { label, hint = "", problem = name, ...attributes }) {
  const id = `f-${name}`;
  const input = h("input", {
    id,
    name,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-describedby": `${id}-hint ${id}-error`,
    "data-field": name,
    ...attributes,
    oninput: () => form.set({ [name]: input.value }),
  });
  const error = h("p", { id: `${id}-error`, class: "error" });
  const hintLine = h("p", { id: `${id}-hint`, class: "hint" }, hint);
  const element = h("div", { class: "field" }, h("label", { for: id }, label), input, hintLine, error);
  return { element, input, refresh: () => refresh(form, name, problem, input, error) };
}

function refresh(form, name, problem, input, error) {
  const value = form.draft.values[name];
  if (input.value !== value) input.value = value;
  showError(form, [[problem, input]], error);
}

/** Shows the first problem of a field or of several that share a line for it, or that there is none. */
export function showError(form, named, error) {
  const words = named.map(([name, input]) => {
    const found = form.shownProblem(name);
    input.setAttribute("aria-invalid", String(Boolean(found)));
    return found;
  });
  const first = words.find(Boolean);
  tell(error, first ? [h("span", { "aria-hidden": "true" }, "✕ "), first] : "");
}
