// Counting an envelope's papers and naming what differs, in a dialogue over the comparison.

import { groupCode } from "../../foundation/pages/codes.js";
import { h } from "../../foundation/pages/dom.js";
import { put } from "./basket.js";
import { words } from "./context.js";
import { field, problemAt } from "./form.js";

const NAMED = ["SEAL_BROKEN", "DAMAGED"]; // what eyes tell; too few or too many papers follow from the count

/** Asks for the count of a scanned parcel; ``expected`` is its row of the list. */
export function openCount(app, row, expected, onDone) {
  const { papersCounted, differences = [] } = row;
  const papers = field(app, "take.papers", { id: "papers", inputmode: "numeric", value: papersCounted ?? "" }, { n: expected.papersCount });
  const boxes = NAMED.map((kind) => h("label", {}, h("input", { type: "checkbox", value: kind, checked: differences.some((each) => each.kind === kind) }),
    h("span", {}, words(app, `difference.${kind}`))));
  const dialog = h("dialog", { class: "form", "aria-label": words(app, "take.edit"), onclose: () => { dialog.remove(); app.sink.focus(); } },
    h("form", { method: "dialog", onsubmit: (event) => { event.preventDefault(); save(); } },
      h("h2", { class: "code" }, groupCode(row.code)), papers.row,
      h("fieldset", { class: "choice" }, h("legend", {}, words(app, "take.differs")), boxes),
      h("button", { class: "go" }, words(app, "confirm")), h("button", { type: "button", onclick: () => dialog.close() }, words(app, "cancel"))));

  async function save() {
    const text = papers.input.value.trim();
    if (!/^\d{0,4}$/.test(text)) return problemAt(app, papers, "missing.count");
    const counted = text === "" ? undefined : Number(text);
    const named = boxes.map((label) => label.firstChild).filter(({ checked }) => checked).map(({ value }) => ({ kind: value, count: 0 }));
    await put(app, { ...row, papersCounted: counted, differences: [...byCount(expected.papersCount, counted), ...named] });
    dialog.close();
    return onDone();
  }

  document.body.append(dialog);
  dialog.showModal();
  papers.input.focus();
}

function byCount(expected, counted) {
  if (counted === undefined || counted === expected) return [];
  return [{ kind: counted < expected ? "PAPERS_MISSING" : "PAPERS_SURPLUS", count: Math.abs(counted - expected) }];
}
