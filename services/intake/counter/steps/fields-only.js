// The steps that are nothing but fields: who hands in, for how much, in which envelope.

import { h, tell } from "../dom.js";
import { field } from "./field.js";
import { parseGrams } from "../fields.js";
import { money, parseMoney } from "../money.js";

/** Fourth step: the person. A card's scan fills all but the telephone. */
export function applicant(form) {
  const { say } = form.counter;
  const fields = ["fullName", "identityNumber", "phone", "address"].map((name) =>
    field(form, name, {
      label: say(name),
      inputmode: { identityNumber: "numeric", phone: "tel" }[name] ?? "text",
      class: name === "address" || name === "fullName" ? "wide" : null,
    }),
  );
  return {
    body: [h("p", { class: "hint" }, say("applicantHint")), fields.map(({ element }) => element)],
    inputs: () => fields.map(({ input }) => input),
    async enter() {
      return true;
    },
    refresh: () => fields.forEach((each) => each.refresh()),
    summary: ({ fullName, identityNumber }) =>
      [fullName, identityNumber && `…${identityNumber.slice(-4)}`].filter(Boolean).join(" · "),
  };
}

/** Fifth step: service, fee and postage. A published fee is shown, not typed. */
export function amounts(form) {
  const { say } = form.counter;
  const service = serviceChoice(form);
  const fee = field(form, "fee", { label: say("fee"), hint: say("feeHint"), inputmode: "numeric" });
  const fixed = h("p", { class: "fixed" });
  const postage = field(form, "postage", { label: say("postage"), hint: say("postageHint"), inputmode: "numeric" });
  const isFixed = () => form.draft.values.procedure?.feeVnd !== undefined && !form.shownProblem("fee");
  return {
    body: [service.element, fixed, fee.element, postage.element],
    inputs: () => [...(isFixed() ? [] : [fee.input]), postage.input],
    async enter() {
      return true;
    },
    refresh() {
      service.refresh();
      fee.refresh();
      postage.refresh();
      fee.element.hidden = isFixed();
      fixed.hidden = !isFixed();
      tell(fixed, `${say("feeFixed")}: `, h("strong", {}, money(form.draft.values.procedure?.feeVnd ?? 0)));
    },
    summary: ({ fee: taken, postage: carried, service: chosen }) =>
      Number.isFinite(parseMoney(carried))
        ? `${money((parseMoney(taken) || 0) + parseMoney(carried))} · ${say(`service${chosen}`)}`
        : "",
  };
}

function serviceChoice(form) {
  const { say } = form.counter;
  const radios = ["BOTH", "SEND", "RETURN"].map((value) =>
    h("input", {
      type: "radio",
      name: "service",
      value,
      id: `f-service-${value}`,
      "data-field": "service",
      onchange: () => form.set({ service: value }),
    }),
  );
  const error = h("p", { class: "error" });
  return {
    element: h(
      "fieldset",
      {},
      h("legend", {}, say("service")),
      radios.map((radio) => h("label", { for: radio.id, class: "radio" }, radio, ` ${say(`service${radio.value}`)}`)),
      error,
    ),
    refresh() {
      for (const radio of radios) radio.checked = radio.value === form.draft.values.service;
      tell(error, form.shownProblem("service"));
    },
  };
}

/** Last step: what stands on the envelope. The label of a roll is for counters that cannot print just now. */
export function envelope(form) {
  const { say, network } = form.counter;
  const weight = field(form, "weight", { label: say("weight"), inputmode: "decimal" });
  const seal = field(form, "seal", { label: say("seal") });
  const label = field(form, "label", { label: say("label"), hint: say("labelHint") });
  const needed = h("p", { class: "state waiting" });
  return {
    body: [weight.element, seal.element, needed, label.element],
    inputs: () => [
      weight.input,
      seal.input,
      ...(network.online && !label.input.value && !form.shownProblem("label") ? [] : [label.input]),
    ],
    async enter() {
      return true;
    },
    refresh() {
      [weight, seal, label].forEach((each) => each.refresh());
      tell(needed, network.online || label.input.value ? "" : `○ ${say("labelNeeded")}`);
    },
    summary: ({ weight: grams, seal: number, label: code }) =>
      [Number.isFinite(parseGrams(grams)) ? `${parseGrams(grams)} g` : "", number, code].filter(Boolean).join(" · "),
  };
}
