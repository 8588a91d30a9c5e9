// Reads a JSON list of kept records, prints the text that is signed and the message that is sent for each.
import { readFileSync } from "node:fs";
import { isSound, messageOf, textOf } from "../../services/courier/handheld/entry.js";

const records = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(records.map((record) => {
  const text = textOf(record.device, record.sequence, record.entry);
  return { text, message: messageOf(record), sound: isSound({ ...record, text }), torn: isSound({ ...record, text: `${text} ` }) };
})));
