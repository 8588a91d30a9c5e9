// Reads ZPL, prints each label as a PNG in base64, one a line: render_zpl.js WIDTH_MM HEIGHT_MM DOTS_PER_MM
import { readFileSync } from "node:fs";
import { ready } from "zpl-renderer-js";

const [width, height, dots] = process.argv.slice(2).map(Number);
const { api } = await ready;
console.log((await api.zplToBase64MultipleAsync(readFileSync(0, "utf8"), width, height, dots)).join("\n"));
process.exit(0);
