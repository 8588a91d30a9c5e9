// Counting the drawer: what was counted against what is booked, as it is typed, and why they differ where they do.

import { button, h, mark, put } from "../dom.js";
import { money, parseMoney } from "../money.js";

/** "khớp", "thừa 5.000 ₫" or "thiếu 5.000 ₫", with its shape. */
export function differing(say, dong) {
  if (dong === 0) return mark("done", say("fits"));
  return mark("trouble", say(dong > 0 ? "over" : "short", money(Math.abs(dong))));
}

/** The fields; ``close`` gets the day and what was counted: {fee, postage, remark}. */
export function form({ say, sayProblem }, found, close) {
  const inputs = Object.fromEntries(
    ["fee", "postage"].map((name) => [
      name,
      h("input", {
        id: `counted-${name}`,
        inputmode: "numeric",
        autocomplete: "off",
        "aria-describedby": `counted-${name}-error`,
        oninput: () => reckon(),
      }),
    ]),
  );
  const errors = Object.fromEntries(
    ["fee", "postage", "remark"].map((name) => [name, h("p", { class: "error", id: `counted-${name}-error` })]),
  );
  const remark = h("input", {
    id: "counted-remark",
    autocomplete: "off",
    maxlength: "300",
    "aria-describedby": "counted-remark-error",
  });
  const remarkField = h(
    "div",
    { class: "field", hidden: true },
    h("label", { for: remark.id }, say("remark")),
    remark,
    h("p", { class: "hint" }, say("remarkHint")),
    errors.remark,
  );
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
    const wrong = {
      fee: Number.isFinite(values.fee) ? "" : "MONEY_MISSING",
      postage: Number.isFinite(values.postage) ? "" : "MONEY_MISSING",
      remark: !remarkField.hidden && !remark.value.trim() ? "REMARK_MISSING" : "",
    };
    for (const [name, reason] of Object.entries(wrong)) put(errors[name], reason ? `✕ ${sayProblem(reason)}` : "");
    const first = Object.keys(wrong).find((name) => wrong[name]);
    if (first) (inputs[first] ?? remark).focus();
    else await close(found, { ...values, remark: remarkField.hidden ? "" : remark.value.normalize("NFC").trim() });
  };
  const fields = ["fee", "postage"].map((name) =>
    h("div", { class: "field" }, h("label", { for: inputs[name].id }, say(`${name}Counted`)), inputs[name], errors[name]),
  );
  const section = h(
    "section",
    {},
    fields,
    difference,
    remarkField,
    h("p", { class: "hint" }, say("closeOnce")),
    h("p", { class: "buttons" }, button(say("closeDay"), submit, { kind: "go", "data-calm": "" })),
  );
  section.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    reckon();
    const all = [...section.querySelectorAll("input")].filter((input) => !input.closest("[hidden]"));
    (all[all.indexOf(event.target) + 1] ?? section.querySelector("button")).focus();
  });
  return section;
}
