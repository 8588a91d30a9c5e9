// A scanner that types: characters, then Enter (or Tab). It may fire at any moment, whatever has the focus.
//
// Nothing is guessed from the speed of keys: a busy page loses that race, and slow scanners and quick people look alike. Instead
// every key that no field asks for lands in one quiet input, and a field's own text is looked through when Enter is pressed.

import { codeAtEnd } from "./codes.js";

const PRINTABLE = /^.$/u;
const MOST_KEYS = 500;

/**
 * Listens on a document. ``sink`` is the quiet input; ``onText`` gets each finished text that was typed or scanned outside of
 * other fields; ``onScan`` gets a code scanned into another field, whose own text is put back. ``find`` tells a scan at the end of
 * a text: {rest, text}, or undefined. Returns a function that ends it.
 */
export function listen(root, { sink, onText, onScan = onText, find = codeAtEnd }) {
  const past = []; // what stood in the field before each key, since it got the focus
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
      if (finished) takeFromField(event, find, past, onScan);
    } else if (PRINTABLE.test(event.key) && event.key !== " ") {
      sink.focus(); // the key itself is typed where the focus is after this: the scan's first character is not lost
    }
  };
  const onBreak = (event) => { // keyboards on a screen tell Enter only so
    if (event.inputType !== "insertLineBreak" || event.target !== sink || !sink.value.trim()) return;
    stop(event);
    take(sink, find, onText);
  };
  const onSubmit = (event) => { // Enter where nothing was typed: a form of its own is never sent
    if (event.target === sink.form) event.preventDefault();
  };
  const onFocus = () => { past.length = 0; };
  const onInput = ({ target }) => {
    if (isField(target)) past.push(target.value);
    if (past.length > MOST_KEYS) past.shift();
  };
  root.addEventListener("focusin", onFocus);
  root.addEventListener("beforeinput", onInput);
  root.addEventListener("keydown", onKey, true);
  root.addEventListener("beforeinput", onBreak, true);
  root.addEventListener("submit", onSubmit);
  return () => {
    root.removeEventListener("focusin", onFocus);
    root.removeEventListener("beforeinput", onInput);
    root.removeEventListener("keydown", onKey, true);
    root.removeEventListener("beforeinput", onBreak, true);
    root.removeEventListener("submit", onSubmit);
  };
}

function take(sink, find, onText) {
  const text = sink.value;
  sink.value = "";
  onText(find(text)?.text ?? text.trim()); // a brushed key before the scan does no harm
}

function takeFromField(event, find, past, onScan) {
  const { target } = event;
  const caret = target.selectionStart ?? target.value.length; // the scan ends there, wherever in the text that is
  const found = find(target.value.slice(0, caret));
  if (!found) return;
  target.value = beforeScan(past.at(-found.text.length), found.rest, target.value.slice(caret));
  target.dispatchEvent(new Event("input", { bubbles: true }));
  stop(event);
  onScan(found.text);
}

// As many keys ago as the scan is long the field held what the scan may have replaced. If it does not fit around the scan (a
// typing method has joined keys), what still stands around the scan must do.
function beforeScan(earlier = "", start, end) {
  return earlier.startsWith(start) && earlier.endsWith(end) && earlier.length >= start.length + end.length ? earlier : start + end;
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
