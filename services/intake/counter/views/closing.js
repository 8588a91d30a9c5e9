// Closing the day: what the books say against what lies in the drawer, fees and postage apart, their sum as cash.

import { button, facts, h, mark, put } from "../dom.js";
import { clock, day, localDate } from "../days.js";
import { money, parseMoney } from "../money.js";

export async function show(counter, root) {
  const { say, call, language } = counter;
  const date = h("input", { type: "date", id: "closing-day", value: localDate(Date.now()), max: localDate(Date.now()), on: { change: () => load() } });
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
    put(holder, unsent ? h("p", {}, mark("waiting", say("unsentAtClosing", unsent)), " ", h("a", { href: "#/waiting" }, say("waiting"))) : null,
      booked(counter, found.totals),
      found.closing ? closed(counter, found) : form(counter, found, close));
    (holder.querySelector("input") ?? holder.querySelector(".scrolls") ?? date).focus();
  }
  async function close(found, { fee, postage, remark }) {
    try {
      const { day: after } = await call("CloseDay", { date: date.value, dossiersSeen: found.totals.dossiers, feeCountedVnd: String(fee),
        postageCountedVnd: String(postage), remark, requestId });
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
  return h("section", {}, facts([[say("dossiersRow"), String(dossiers)], [say("cancelledRow"), cancelled ? String(cancelled) : ""],
    [say("weightRow"), say("kg", (Number(weightGrams) / 1000).toFixed(2).replace(".", ","))], [say("feesRow"), money(Number(feeVnd))],
    [say("postageRow"), money(Number(postageVnd))], [say("cashRow"), h("strong", {}, money(Number(cashVnd)))]]));
}

/** "khớp", "thừa 5.000 ₫" or "thiếu 5.000 ₫", with its shape. */
function differing(say, dong) {
  if (dong === 0) return mark("done", say("fits"));
  return mark("trouble", say(dong > 0 ? "over" : "short", money(Math.abs(dong))));
}

function form({ say, sayProblem }, found, close) {
  const inputs = Object.fromEntries(["fee", "postage"].map((name) => [name, h("input", { id: `counted-${name}`, inputmode: "numeric", autocomplete: "off",
    "aria-describedby": `counted-${name}-error`, on: { input: () => reckon() } })]));
  const errors = Object.fromEntries(["fee", "postage", "remark"].map((name) => [name, h("p", { class: "error", id: `counted-${name}-error` })]));
  const remark = h("input", { id: "counted-remark", autocomplete: "off", maxlength: "300", "aria-describedby": "counted-remark-error" });
  const remarkField = h("div", { class: "field", hidden: true }, h("label", { for: remark.id }, say("remark")), remark, h("p", { class: "hint" }, say("remarkHint")), errors.remark);
  const difference = h("p", { class: "sum", role: "status" });
  const expected = Number(found.totals.cashVnd);
  const counted = () => ({ fee: parseMoney(inputs.fee.value), postage: parseMoney(inputs.postage.value) });
  const reckon = () => {
    const { fee, postage } = counted();
    const known = Number.isFinite(fee) && Number.isFinite(postage);
    const apart = fee !== Number(found.totals.feeVnd) || postage !== Number(found.totals.postageVnd);
    put(difference, known ? [`${say("difference")}: `, differing(say, fee + postage - expected)] : "");
    remarkField.hidden = !known || !apart;
  };
  const submit = async () => {
    const values = counted();
    const wrong = { fee: Number.isFinite(values.fee) ? "" : "MONEY_MISSING", postage: Number.isFinite(values.postage) ? "" : "MONEY_MISSING",
      remark: !remarkField.hidden && !remark.value.trim() ? "REMARK_MISSING" : "" };
    for (const [name, reason] of Object.entries(wrong)) put(errors[name], reason ? `✕ ${sayProblem(reason)}` : "");
    const first = Object.keys(wrong).find((name) => wrong[name]);
    if (first) (inputs[first] ?? remark).focus();
    else await close(found, { ...values, remark: remarkField.hidden ? "" : remark.value.normalize("NFC").trim() });
  };
  const fields = ["fee", "postage"].map((name) => h("div", { class: "field" }, h("label", { for: inputs[name].id }, say(`${name}Counted`)), inputs[name], errors[name]));
  const section = h("section", {}, fields, difference, remarkField, h("p", { class: "hint" }, say("closeOnce")),
    h("p", { class: "buttons" }, button(say("closeDay"), submit, { kind: "go", "data-calm": "" })));
  section.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    reckon();
    const all = [...section.querySelectorAll("input")].filter((input) => !input.closest("[hidden]"));
    (all[all.indexOf(event.target) + 1] ?? section.querySelector("button")).focus();
  });
  return section;
}

function closed({ say }, { closing, sinceClosing }) {
  const apart = (counted, booked) => differing(say, Number(counted) - Number(booked));
  const row = (name, booked, counted) => h("tr", {}, h("th", { scope: "row" }, say(name)), h("td", {}, money(Number(booked))), h("td", {}, money(Number(counted))), h("td", {}, apart(counted, booked)));
  const { totals, feeCountedVnd, postageCountedVnd } = closing;
  const since = sinceClosing?.dossiers || sinceClosing?.cancelled
    ? h("p", {}, `${say("sinceClosing")}: ${sinceClosing.dossiers} · ${money(Number(sinceClosing.cashVnd))}`) : null;
  return h("section", {}, h("p", {}, mark("done", say("closed", clock(closing.closeTime), closing.person))),
    h("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": say("closing") }, h("table", {},
      h("thead", {}, h("tr", {}, h("td", {}), ["expected", "counted", "difference"].map((name) => h("th", { scope: "col" }, say(name))))),
      h("tbody", {}, row("feesRow", totals.feeVnd, feeCountedVnd), row("postageRow", totals.postageVnd, postageCountedVnd),
        row("cashRow", totals.cashVnd, Number(feeCountedVnd) + Number(postageCountedVnd))))),
    closing.remark ? h("p", {}, closing.remark) : null, since);
}
