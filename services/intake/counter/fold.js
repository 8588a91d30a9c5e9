// Words without diacritics, as services/registry/places.py folds them: what the page finds offline is what the server would find.

/** "Phường Hưng Định" is "phuong hung dinh". */
export function fold(text) {
  return text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "").split(/\s+/).filter(Boolean).join(" ");
}

/** Whether a text that is folded already holds every word asked for. */
export function holds(folded, words) {
  return fold(words)
    .split(" ")
    .every((word) => folded.includes(word));
}

/** How well a folded text that holds the words fits them: 3 as one phrase, 2 as whole words, 1 as beginnings, 0 inside of words. */
export function fit(folded, words) {
  const asked = fold(words);
  const spaced = ` ${folded} `;
  const each = asked.split(" ");
  if (spaced.includes(` ${asked} `)) return 3;
  if (each.every((word) => spaced.includes(` ${word} `))) return 2;
  return each.every((word) => spaced.includes(` ${word}`)) ? 1 : 0;
}
