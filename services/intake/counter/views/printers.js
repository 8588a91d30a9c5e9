// Which printer this counter uses; shown only where there is a choice.

import { BROWSER } from "../print.js";
import { h } from "../dom.js";

export function printerChoice({ say, printing }) {
  if (printing.printers.length === 0) return null;
  const options = [BROWSER, ...printing.printers.map(({ name }) => name)].map((name) =>
    h("option", { value: name, selected: name === printing.chosen }, name || say("printerBrowser")),
  );
  return h(
    "p",
    { class: "printer" },
    h("label", { for: "printer" }, say("printer")),
    " ",
    h("select", { id: "printer", onchange: (event) => printing.choose(event.target.value) }, options),
  );
}
