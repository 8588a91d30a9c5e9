// Comma separated values as Excel writes and reads them here: comma, semicolon or tab, quotes doubled, UTF-8 with or without a mark.

const SEPARATORS = [",", ";", "\t"];
const BOM = "\ufeff";

/** Rows of cells, all texts, in their lines: {line, cells}. The separator is the one the first line has most of. */
export function parseCsv(source) {
  const text = source.startsWith(BOM) ? source.slice(1) : source;
  const separator = separatorOf(text);
  const rows = [];
  let cells = [],
    cell = "",
    quoted = false,
    line = 1,
    start = 1;
  const endRow = () => {
    cells.push(cell);
    if (cells.some((each) => each.trim())) rows.push({ line: start, cells: cells.map((each) => each.trim()) });
    [cells, cell] = [[], ""];
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === "\n") line += 1;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === separator) {
      cells.push(cell);
      cell = "";
    } else if (letter === "\n") {
      endRow();
      start = line;
    } else if (letter !== "\r") cell += letter;
  }
  if (cell || cells.length) endRow();
  return rows;
}

function separatorOf(text) {
  const first = text.slice(0, text.search(/\n|$/));
  return SEPARATORS.reduce((best, each) => (first.split(each).length > first.split(best).length ? each : best));
}

/** A text that Excel opens with the right letters. What could be taken for a formula is made a text. */
export function writeCsv(rows) {
  return BOM + rows.map((cells) => cells.map(written).join(",")).join("\r\n") + "\r\n";
}

function written(value) {
  const text = String(value ?? "");
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",;\n\r\t]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
