// What the shared modules give a page, put where a test can reach it.
import { openDB } from "idb";
import { putOn, takeOff, worn } from "../../../services/foundation/pages/badge.js";
import { call } from "../../../services/foundation/pages/door.js";
import { install } from "../../../services/foundation/pages/install.js";

async function told(...asked) {
  try {
    return { answer: await call(...asked) };
  } catch (problem) {
    return { name: problem.name, code: problem.code, reason: problem.reason, field: problem.field, retryable: problem.retryable };
  }
}

async function aborted(...asked) {
  const leaving = new AbortController();
  const asking = told(...asked, { signal: leaving.signal });
  leaving.abort();
  return asking;
}

async function kept(value) {
  const store = await openDB("test", 1, { upgrade: (made) => made.createObjectStore("one") });
  await store.put("one", value, "key");
  return store.get("one", "key");
}

const texts = async (picture) => (await import("./camera.js")).textsIn(picture);

const badge = worn();
globalThis.page = { told, aborted, kept, texts, putOn, takeOff, worn, install };
document.getElementById("who").textContent = badge ? `${badge.person} ${badge.role} ${badge.place}` : "";
const { answer, reason } = await told("postal.intake.v1.IntakeService", "GetProcedure", { code: "1.014092" }, badge ?? {});
document.getElementById("answer").textContent = answer ? answer.procedure.name : reason;
install();
