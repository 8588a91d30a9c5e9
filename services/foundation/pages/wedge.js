// A scanner that types: characters, then Enter (or Tab). It may fire at any moment, whatever has the focus.
//
// Nothing is guessed from the speed of keys: a busy page loses that race, and slow scanners and quick people look alike. Instead
// every key that no field asks for lands in one quiet input, and a field's own text is looked through when Enter is pressed.

import { codeAtEnd } from "./codes.js";

const PRINTABLE = /^.$/u;

/**
 * Listens on a document. ``sink`` is the quiet input; ``onText`` gets each finished text that was typed or scanned outside of
 * other fields; ``onScan`` gets a code scanned into another field, whose own text is put back. Returns a function that ends it.
 */
export function listen(root, { sink, onText, onScan = onText }) {
  const onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const finished = event.key === "Enter" || event.key === "Tab";
    if (event.isComposing) { // a typing method still holds the last letters: they are there when it lets go
      if (finished && event.target === sink) sink.addEventListener("compositionend", () => take(sink, onText), { once: true });
    } else if (event.target === sink) {
      if (finished && sink.value.trim()) {
        stop(event);
        take(sink, onText);
      }
    } else if (isField(event.target)) {
      if (finished) takeFromField(event, onScan);
    } else if (PRINTABLE.test(event.key) && event.key !== " ") {
      sink.focus(); // the key itself is typed where the focus is after this: the scan's first character is not lost
    }
  };
  const onBreak = (event) => { // keyboards on a screen tell Enter only so
    if (event.inputType !== "insertLineBreak" || event.target !== sink || !sink.value.trim()) return;
    stop(event);
    take(sink, onText);
  };
  root.addEventListener("keydown", onKey, true);
  root.addEventListener("beforeinput", onBreak, true);
  return () => {
    root.removeEventListener("keydown", onKey, true);
    root.removeEventListener("beforeinput", onBreak, true);
  };
}

function take(sink, onText) {
  const text = sink.value;
  sink.value = "";
  onText(codeAtEnd(text)?.text ?? text.trim()); // a brushed key before the scan does no harm
}

function takeFromField(event, onScan) {
  const found = codeAtEnd(event.target.value);
  if (!found) return;
  event.target.value = found.rest;
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
  stop(event);
  onScan(found.text);
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

function isField(target) {
  return target instanceof HTMLTextAreaElement
    || (target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "file"].includes(target.type))
    || target?.isContentEditable === true;
}
