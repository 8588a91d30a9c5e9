// The steps of a filing, in the order of the counter's work: what is asked for, where it goes, what is handed in, by whom, for
// how much, in which envelope. The fields of each step in the order Enter walks them.

export const STEPS = [
  { id: "procedure", fields: ["procedure"] },
  { id: "authority", fields: ["place"] },
  { id: "papers", fields: ["papers"] },
  { id: "applicant", fields: ["fullName", "identityNumber", "phone", "address"] },
  { id: "money", fields: ["service", "fee", "postage"] },
  { id: "envelope", fields: ["weight", "seal", "label"] },
];

const OF_SERVER = {
  procedure_code: "procedure",
  unit_code: "place",
  place: "place",
  "applicant.full_name": "fullName",
  "applicant.identity_number": "identityNumber",
  "applicant.phone": "phone",
  "applicant.address": "address",
  applicant: "fullName",
  service: "service",
  fee_vnd: "fee",
  postage_vnd: "postage",
  weight_grams: "weight",
  seal_number: "seal",
  label_code: "label",
  confirm_double: "confirmDouble",
};

/** Which of our fields the server means by its name; "" if none. "papers[0]" is the first paper's originals. */
export function fieldOf(serverField) {
  const paper = /^papers\[(\d+)\](?:\.(\w+))?$/.exec(serverField);
  if (paper) return `papers[${paper[1]}].${paper[2] ?? "originals"}`;
  return serverField === "papers" ? "papers" : (OF_SERVER[serverField] ?? "");
}

/** The step that shows a field; the last one for a field of none. */
export function stepOf(field) {
  const bare = field.replace(/\[.*$/, "");
  return (STEPS.find((step) => step.fields.includes(bare)) ?? STEPS.at(-1)).id;
}

/** The step after one; undefined after the last. */
export function stepAfter(id) {
  return STEPS[STEPS.findIndex((step) => step.id === id) + 1]?.id;
}

/** The step before one; undefined before the first. */
export function stepBefore(id) {
  return STEPS[STEPS.findIndex((step) => step.id === id) - 1]?.id;
}
