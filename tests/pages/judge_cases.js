// Reads a JSON list of cases, prints what judge.js says of each.
import { readFileSync } from "node:fs";
import { judge } from "../../services/courier/handheld/judge.js";
import { modeOf } from "../../services/courier/handheld/modes.js";

const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map((one) => judge({ ...one, mode: modeOf(one.mode), now: 0 }))));
