// What the counter's views are made of, out of the elements that pages of staff share.

import { h, show as put } from "../../foundation/pages/dom.js";

export { h, put };

/**
 * ``put`` for words alone, without a listener among them: what says already what it is to say is not touched. With each key a
 * form says nearly everything anew; this spares the layout, and those who listen to the page.
 */
export function tell(element, ...children) {
  const fresh = put(element.cloneNode(), ...children);
  if (!element.isEqualNode(fresh)) element.replaceChildren(...fresh.childNodes);
}

/** A button; ``key`` is the key that does the same, told beside the words. */
export function button(words, press, { key = "", kind = "", ...attributes } = {}) {
  return h(
    "button",
    { type: "button", class: kind || null, ...attributes, onclick: press },
    words,
    key ? h("kbd", {}, key) : null,
  );
}

/** A state: shape, word and colour together, never colour alone. ``kind`` is done, waiting, trouble, current, ahead or plain. */
export function mark(kind, words) {
  const shape = { done: "✓", waiting: "○", trouble: "✕", current: "▸", ahead: "○", plain: "·" }[kind];
  return h("span", { class: `state ${kind}` }, h("span", { "aria-hidden": "true" }, shape), ` ${words}`);
}

/** Names and values. Empty values are left out. */
export function facts(pairs) {
  return h(
    "dl",
    {},
    pairs
      .filter(([, value]) => value !== "" && value !== null && value !== undefined)
      .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

/** Gives the file to the person under a name. */
export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}
