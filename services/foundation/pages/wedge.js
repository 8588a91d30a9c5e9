// A scanner that types: characters, then Enter (or Tab). It may fire at any moment, whatever has the focus.
//
// Nothing is guessed from the speed of keys: a busy page loses that race, and slow scanners and quick people look alike. Instead
// every key that no field asks for lands in one quiet input, and a field's own text is looked through when Enter is pressed.

import { codeAtEnd } from "./codes.js";

const PRINTABLE = /^.$/u;

/**
 * Listens on a document. ``sink`` is the quiet input; ``onText`` gets each finished text that was typed or scanned outside of
 * other fields; ``onScan`` gets a code scanned into another field, whose own text is put back. ``find`` tells a scan at the end of
 * a text: {rest, text}, or undefined. Returns a function that ends it.
 */
export function listen(root, { sink, onText, onScan = onText, find = codeAtEnd }) {
  const before = new WeakMap(); // each field's text when it got the focus: a scan may replace it where all of it is selected
  const onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const finished = event.key === "Enter" || event.key === "Tab";
    if (event.isComposing) { // a typing method still holds the last letters: they are there when it lets go
      if (finished && event.target === sink) sink.addEventListener("compositionend", () => take(sink, find, onText), { once: true });
    } else if (event.target === sink) {
      if (finished && sink.value.trim()) {
        stop(event);
        take(sink, find, onText);
      }
    } else if (isField(event.target)) {
      if (finished) takeFromField(event, find, before, onScan);
    } else if (PRINTABLE.test(event.key) && event.key !== " ") {
      sink.focus(); // the key itself is typed where the focus is after this: the scan's first character is not lost
    }
  };
  const onBreak = (event) => { // keyboards on a screen tell Enter only so
    if (event.inputType !== "insertLineBreak" || event.target !== sink || !sink.value.trim()) return;
    stop(event);
    take(sink, find, onText);
  };
  const onFocus = ({ target }) => isField(target) && before.set(target, find(target.value) ? "" : target.value);
  root.addEventListener("focusin", onFocus);
  root.addEventListener("keydown", onKey, true);
  root.addEventListener("beforeinput", onBreak, true);
  return () => {
    root.removeEventListener("focusin", onFocus);
    root.removeEventListener("keydown", onKey, true);
    root.removeEventListener("beforeinput", onBreak, true);
  };
}

function take(sink, find, onText) {
  const text = sink.value;
  sink.value = "";
  onText(find(text)?.text ?? text.trim()); // a brushed key before the scan does no harm
}

function takeFromField(event, find, before, onScan) {
  const found = find(event.target.value);
  if (!found) return;
  event.target.value = found.rest || before.get(event.target) || "";
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
