// One dossier: what was taken in, its label again, its receipt again, and the way back from a mistake before the envelope leaves.

import { button, facts, h, mark, put } from "../dom.js";
import { clock, day, localDate } from "../days.js";
import { codesOf } from "../filed.js";
import { groupCode } from "../../../foundation/pages/codes.js";
import { money } from "../money.js";
import { printerChoice } from "./printers.js";
import { stateOf } from "./today.js";
import { tell } from "./done.js";

const REPRINT_REASONS = ["DAMAGED", "UNREADABLE", "LOST"];

export async function show(counter, root, { id }) {
  const { say, call, store } = counter;
  const told = h("p", { class: "note", role: "status" });
  const panel = h("section", { class: "ask", hidden: true, role: "alertdialog", "aria-labelledby": "asked" });
  const holder = h("div", {});
  put(root, told, panel, holder);
  const onKey = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (panel.hidden) counter.go("today");
    else close();
  };
  root.addEventListener("keydown", onKey);
  let dossier;

  function close() {
    panel.hidden = true;
    holder.querySelector("button")?.focus();
  }
  const attempt = async (work) => {
    try {
      return await work();
    } catch (problem) {
      if (typeof problem.reason !== "string") throw problem;
      put(told, mark("trouble", counter.sayProblem(problem.reason)));
      return undefined;
    }
  };
  const ask = (...content) => {
    put(panel, content);
    panel.hidden = false;
    panel.scrollIntoView({ block: "center" });
    panel.querySelector("button").focus();
  };
  const reprint = () =>
    ask(
      h("h2", { id: "asked" }, say("reprintTitle")),
      h("p", {}, say("reprintText")),
      h(
        "p",
        { class: "buttons" },
        REPRINT_REASONS.map((reason) => button(say(`reason${reason}`), () => reprinted(reason))),
        button(say("cancelNo"), close),
      ),
    );
  const reprinted = async (reasonCode) => {
    const requestId = crypto.randomUUID();
    const answer = await attempt(() => call("ReprintLabel", { filingId: id, reasonCode, requestId }));
    close();
    if (!answer) return;
    await draw(answer.dossier);
    put(told, mark("done", say("reprinted", answer.labelVersion)));
    await tell(told, say, counter.printing, "printed", () => counter.printing.labels([{ filingId: id, requestId }]), counter);
  };
  const cancel = () =>
    ask(
      h("h2", { id: "asked" }, say("cancelTitle")),
      h("p", {}, say("cancelText", money(sumOf(dossier)))),
      h(
        "p",
        { class: "buttons" },
        button(say("cancelNo"), close, { kind: "go" }),
        button(say("cancelYes"), cancelled, { kind: "danger", "data-calm": "" }),
      ),
    );
  const cancelled = async () => {
    const back = money(sumOf(dossier));
    const answer = await attempt(() => call("CancelDossier", { filingId: id, requestId: crypto.randomUUID() }));
    close();
    if (!answer) return;
    await draw(answer.dossier);
    put(told, mark("done", say("cancelled", back)));
  };
  const receipt = () =>
    tell(told, say, counter.printing, "receiptPrinted", () => counter.printing.receipt(id, crypto.randomUUID()), counter);

  async function draw(shown) {
    dossier = shown;
    await store.remember([codesOf(dossier)]);
    const procedure = await counter.catalogue.byCode(dossier.procedureCode);
    const clerk = counter.badge.role === "CLERK"; // a supervisor looks on
    const mine = clerk && dossier.state === "DOSSIER_STATE_REGISTERED" && localDate(dossier.fileTime) === localDate(Date.now());
    put(
      holder,
      h("h1", { class: "code" }, groupCode(dossier.parcelCode)),
      h("p", {}, stateOf(say, dossier)),
      details(counter, dossier, procedure),
      h(
        "p",
        { class: "buttons" },
        clerk && button(say("printAgain"), reprint),
        clerk && button(say("printReceipt"), receipt),
        mine ? button(say("cancel"), cancel, { kind: "danger" }) : null,
        button(say("back"), () => counter.go("today"), { key: "Esc" }),
      ),
      printerChoice(counter),
    );
    holder.querySelector("button").focus();
  }

  const answer = await attempt(() => call("GetDossier", { filingId: id }));
  if (answer) await draw(answer.dossier);
  else
    put(
      holder,
      h(
        "p",
        { class: "buttons" },
        button(say("back"), () => counter.go("today"), { key: "Esc" }),
      ),
    );
  root.querySelector("button").focus();
  return { leave: () => root.removeEventListener("keydown", onKey) };
}

function sumOf({ feeVnd, postageVnd }) {
  return Number(feeVnd) + Number(postageVnd);
}

function details({ say, language }, dossier, procedure) {
  const version = dossier.labelVersions?.find(({ parcelCode }) => parcelCode === dossier.parcelCode)?.version;
  return facts([
    [say("trackingCode"), h("span", { class: "code" }, groupCode(dossier.trackingCode))],
    [say("dossierCode"), dossier.dossierCode],
    [say("stepProcedure"), `${dossier.procedureCode} ${procedure?.name ?? ""}`],
    [say("filedAt"), `${clock(dossier.fileTime)}, ${day(localDate(dossier.fileTime), language)}`],
    [say("stepApplicant"), dossier.applicant?.fullName],
    [say("phone"), dossier.applicant?.phone],
    [say("address"), dossier.applicant?.address],
    [
      say("stepPapers"),
      h(
        "ul",
        {},
        dossier.papers.map(({ name, originals, copies }) => h("li", {}, `${name}: ${say("papersSum", originals, copies)}`)),
      ),
    ],
    [
      say("amount"),
      `${money(sumOf(dossier))} (${say("feeAndPostage", money(Number(dossier.feeVnd)), money(Number(dossier.postageVnd)))})`,
    ],
    [say("arrives"), day(dossier.transitDueDate, language)],
    [say("decided"), day(dossier.dueDate, language)],
    [say("labelVersion"), version ? say("labelVersionN", version) : null],
  ]);
}
