// What a scanner typed before a Vietnamese typing method changed it.
//
// A scanner is a keyboard. Where Telex or VNI is on, typed "EE" becomes "Ê", "AS" becomes "Á", "D9" becomes "Đ"; the mark may
// also stand on an earlier letter of the same run ("ANS" becomes "ÁN"), so one damaged text has several possible typings.
// The check characters of a code say which of them it was (codes.js).

const CIRCUMFLEX = "\u0302";
const BREVE = "\u0306";
const HORN = "\u031b";
const STROKE = "đ";

const TELEX = {
  [BREVE]: "W", [HORN]: "W", [STROKE]: "D",
  "\u0301": "S", "\u0300": "F", "\u0309": "R", "\u0303": "X", "\u0323": "J",
};
const VNI = {
  [CIRCUMFLEX]: "6", [HORN]: "7", [BREVE]: "8", [STROKE]: "9",
  "\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5",
};
const MOST_TYPINGS = 2000; // a text with so many readings is no code
// What a typing method can make of ASCII. Anything else is refused at the door: looking for typings that cannot end well takes
// longer with each mark before it.
const TYPABLE = /^(?:[\x20-\x7eĐ]|[A-Z][\u0302\u0306\u031b\u0300\u0301\u0303\u0309\u0323]+)*$/;
const LONGEST = 64; // a longer one, a signed code, has too many to look through while somebody waits

/** Whether a text holds letters that no code has. */
export function isDamaged(text) {
  return /[^\x00-\x7f]/.test(text);
}

/**
 * Every text that may have been typed, in capitals: itself if nothing is damaged, else the typings by Telex, then by VNI,
 * those first whose marks were typed directly after their letters. Empty if there is a character neither method makes.
 */
export function typings(text) {
  const upper = text.normalize("NFC").toUpperCase();
  if (!isDamaged(upper)) return [upper];
  if (!TYPABLE.test(upper.normalize("NFD"))) return [];
  if (upper.length > LONGEST) return [];
  const found = new Set();
  for (const method of [TELEX, VNI]) spell(lettersOf(upper), method, [], "", found);
  return [...found];
}

/** The letters with their marks: {base, marks}. */
function lettersOf(text) {
  return Array.from(text, (letter) => {
    if (letter === "Đ") return { base: "D", marks: [STROKE] };
    const [base, ...marks] = letter.normalize("NFD");
    return { base, marks };
  });
}

// A key that set a mark was pressed at any time after its letter while the run of letters lasted.
function spell(letters, method, pending, typed, found) {
  if (found.size >= MOST_TYPINGS) return;
  pending.forEach((key, at) => spell(letters, method, pending.filter((_, other) => other !== at), typed + key, found));
  if (letters.length === 0) {
    if (pending.length === 0) found.add(typed);
    return;
  }
  const [{ base, marks }, ...rest] = letters;
  if (!/^[A-Z]$/.test(base)) {
    if (pending.length === 0 && marks.length === 0 && base <= "\x7f") spell(rest, method, [], typed + base, found);
    return;
  }
  const keys = marks.map((mark) => (mark === CIRCUMFLEX && method === TELEX ? base : method[mark]));
  if (keys.includes(undefined)) return;
  spell(rest, method, [...pending, ...keys], typed + base, found);
  if (base === "U" && marks.includes(HORN) && method === TELEX) { // a lone W is enough for Ư
    spell(rest, method, [...pending, ...keys.filter((key) => key !== "W")], typed + "W", found);
  }
}
