// Closing the day: what the books say against what lies in the drawer, fees and postage apart, their sum as cash.

import { differing, form } from "./counting.js";
import { facts, h, mark, put } from "../dom.js";
import { clock, day, localDate } from "../days.js";
import { money } from "../money.js";

export async function show(counter, root) {
  const { say, call, language } = counter;
  const date = h("input", {
    type: "date",
    id: "closing-day",
    value: localDate(Date.now()),
    max: localDate(Date.now()),
    onchange: () => load(),
  });
  const title = h("h1", {});
  const told = h("p", { class: "note", role: "status" });
  const holder = h("div", {});
  put(root, title, h("p", { class: "tools" }, h("label", { for: date.id }, say("day")), date), told, holder);
  let requestId = crypto.randomUUID(); // of this closing, however often it is pressed

  async function load() {
    put(title, say("closingTitle", day(date.value, language)));
    put(told);
    requestId = crypto.randomUUID();
    try {
      const { day: found } = await call("GetDay", { date: date.value });
      await draw(found);
    } catch (problem) {
      refused(problem);
      put(holder);
    }
  }
  function refused(problem) {
    if (typeof problem.reason !== "string") throw problem;
    put(told, mark("trouble", counter.sayProblem(problem.reason)));
  }
  async function draw(found) {
    const unsent = (await counter.store.outbox(counter.owner)).length;
    put(
      holder,
      unsent
        ? h("p", {}, mark("waiting", say("unsentAtClosing", unsent)), " ", h("a", { href: "#/waiting" }, say("waiting")))
        : null,
      booked(counter, found.totals),
      found.closing ? closed(counter, found) : form(counter, found, close),
    );
    (holder.querySelector("input") ?? holder.querySelector(".scrolls") ?? date).focus();
  }
  async function close(found, { fee, postage, remark }) {
    try {
      const { day: after } = await call("CloseDay", {
        date: date.value,
        dossiersSeen: found.totals.dossiers,
        feeCountedVnd: String(fee),
        postageCountedVnd: String(postage),
        remark,
        requestId,
      });
      await draw(after);
      put(told);
    } catch (problem) {
      if (problem.reason === "DAY_HAS_CHANGED") await load();
      refused(problem);
    }
  }
  await load();
  return { changed: () => {} };
}

function booked({ say }, { dossiers, cancelled, weightGrams, feeVnd, postageVnd, cashVnd }) {
  return h(
    "section",
    {},
    facts([
      [say("dossiersRow"), String(dossiers)],
      [say("cancelledRow"), cancelled ? String(cancelled) : ""],
      [say("weightRow"), say("kg", (Number(weightGrams) / 1000).toFixed(2).replace(".", ","))],
      [say("feesRow"), money(Number(feeVnd))],
      [say("postageRow"), money(Number(postageVnd))],
      [say("cashRow"), h("strong", {}, money(Number(cashVnd)))],
    ]),
  );
}

function closed({ say }, { closing, sinceClosing }) {
  const apart = (counted, booked) => differing(say, Number(counted) - Number(booked));
  const row = (name, booked, counted) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, say(name)),
      h("td", {}, money(Number(booked))),
      h("td", {}, money(Number(counted))),
      h("td", {}, apart(counted, booked)),
    );
  const { totals, feeCountedVnd, postageCountedVnd } = closing;
  const since =
    sinceClosing?.dossiers || sinceClosing?.cancelled
      ? h("p", {}, `${say("sinceClosing")}: ${sinceClosing.dossiers} · ${money(Number(sinceClosing.cashVnd))}`)
      : null;
  return h(
    "section",
    {},
    h("p", {}, mark("done", say("closed", clock(closing.closeTime), closing.person))),
    h(
      "div",
      { class: "scrolls", tabindex: "0", role: "region", "aria-label": say("closing") },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("td", {}),
            ["expected", "counted", "difference"].map((name) => h("th", { scope: "col" }, say(name))),
          ),
        ),
        h(
          "tbody",
          {},
          row("feesRow", totals.feeVnd, feeCountedVnd),
          row("postageRow", totals.postageVnd, postageCountedVnd),
          row("cashRow", totals.cashVnd, Number(feeCountedVnd) + Number(postageCountedVnd)),
        ),
      ),
    ),
    closing.remark ? h("p", {}, closing.remark) : null,
    since,
  );
}
