// Elements without a framework, and without a way for text to become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element: ``h("button", {class: "big", onclick: go}, "Quét")``. Attributes that are undefined or false are left out, true ones
 * stand without a value, functions become listeners; children are nodes, texts, or lists of them, empty ones left out.
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a drawing. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element[name] = value;
    else if (value !== undefined && value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...there(children));
  return element;
}

function there(children) {
  return children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== "");
}

/** Puts children in place of what an element held. */
export function show(element, ...children) {
  element.replaceChildren(...there(children));
  return element;
}
