// Reads a JSON list of texts, prints what codes.js says of each.
import { readFileSync } from "node:fs";
import { groupCode, readCode } from "../../services/foundation/pages/codes.js";

const texts = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => {
  const read = readCode(text);
  return { ...read, grouped: read.code && groupCode(read.code) };
})));
