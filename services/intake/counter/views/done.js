// After the last Enter: what became of the filing. The code in large type, the label as it is printed, and Enter = next citizen.

import { button, facts, h, mark, put } from "../dom.js";
import { day } from "../days.js";
import { groupCode } from "../../../foundation/pages/codes.js";
import { isLogIn } from "../outbox.js";
import { money } from "../money.js";
import { printerChoice } from "./printers.js";
import { totals } from "../draft.js";

/** Sends the filing and shows what came of it. */
export async function show(counter, root, { entry }) {
  const { say } = counter;
  put(root, h("h1", { class: "quiet" }, say("file")), h("p", { class: "big", role: "status" }, mark("waiting", say("sending"))));
  const answer = await counter.outbox.send(entry);
  if (counter.view !== root.dataset.view) return {}; // the clerk has gone on; the answer is in the list
  if (answer.filed) return filed(counter, root, entry, answer);
  if (isLogIn(answer.problem.reason)) return counter.loggedOut();
  if (answer.entry.state === "refused") return counter.mend(answer.entry, answer.problem);
  return waits(counter, root, entry);
}

function next(counter) {
  return button(counter.say("nextCitizen"), () => counter.next(), { kind: "go", key: "Enter", "data-calm": "" });
}

async function filed(counter, root, entry, { filed: { dossier }, codes }) {
  const { say, language, printing } = counter;
  counter.lastFiled = codes;
  await counter.catalogue.used(dossier.procedureCode);
  const told = h("p", { class: "hint", role: "status" });
  const preview = h("figure", { class: "preview" });
  const roll = Boolean(entry.message.labelCode);
  const { sum } = totals(entry.draft);
  const again = button(say(roll ? "printLabel" : "printAgain"), () => print(crypto.randomUUID()));
  const receipt = button(say("printReceipt"), () =>
    tell(told, say, printing, "receiptPrinted", () => printing.receipt(dossier.filingId, crypto.randomUUID()), counter),
  );
  put(
    root,
    h("h1", {}, mark("done", say("taken"))),
    codesOf(say, dossier),
    facts([
      [say("toPay"), money(sum)],
      [say("arrives"), day(dossier.transitDueDate, language)],
      [say("decided"), day(dossier.dueDate, language)],
    ]),
    h("p", { class: "buttons" }, next(counter), again, receipt),
    told,
    preview,
    printerChoice(counter),
  );
  root.querySelector("button").focus();
  const print = (requestId) =>
    tell(told, say, printing, "printed", () => printing.labels([{ filingId: dossier.filingId, requestId }]), counter);
  await draw(counter, preview, dossier);
  if (roll) put(told, say("rollUsed"));
  else await print(entry.id); // the filing's own id: the page shown twice prints nothing twice
  return { land: counter.landAsNext };
}

function codesOf(say, { parcelCode, trackingCode }) {
  return h(
    "div",
    { class: "codes" },
    h("p", {}, h("span", { class: "hint" }, say("parcelCode")), h("strong", { class: "code huge" }, groupCode(parcelCode))),
    h("p", {}, h("span", { class: "hint" }, say("trackingCode")), h("span", { class: "code" }, groupCode(trackingCode))),
  );
}

async function draw({ say, sayProblem, printing }, preview, { filingId, parcelCode }) {
  try {
    const image = h("img", { src: await printing.picture(filingId), alt: say("labelPreview", groupCode(parcelCode)) });
    await image.decode();
    put(preview, image);
  } catch (problem) {
    if (typeof problem.reason !== "string") throw problem;
    put(preview, mark("trouble", say("labelAway", sayProblem(problem.reason))));
  }
}

/** Does a piece of printing and says how it went. */
export async function tell(told, say, printing, words, work, { sayProblem }) {
  try {
    await work();
    if (printing.chosen) put(told, mark("done", say(words, printing.chosen)));
  } catch (problem) {
    if (typeof problem.reason !== "string") throw problem;
    put(told, mark("trouble", say("notPrinted", sayProblem(problem.reason))));
  }
}

function waits(counter, root, entry) {
  const { say } = counter;
  counter.network.later();
  const code = entry.message.labelCode;
  const title = code ? "willSend" : "noAnswer";
  put(
    root,
    h("h1", {}, mark("waiting", say(title))),
    code ? h("div", { class: "codes" }, h("p", {}, h("strong", { class: "code huge" }, groupCode(code)))) : null,
    h("p", { class: "big" }, code ? say("willSendText", groupCode(code)) : say("noAnswerText")),
    h("p", { class: "buttons" }, next(counter)),
  );
  root.querySelector("button").focus();
  return { land: counter.landAsNext };
}
