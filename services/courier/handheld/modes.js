// The nine things a courier does with a parcel. One table: what each mode is called, shown like, asks for and becomes.
//
// ``name`` is the contract's (postal.courier.v1.HandheldMode without its prefix); ``activity`` is the scan a mode makes; the others
// end in an ``act``: a hand-over, a receipt, a delivery or a failed attempt. ``hue`` is a class of app.css.

export const MODES = [
  { key: "1", name: "PICK_UP", activity: "ACCEPTED", hue: "blue" },
  { key: "2", name: "OUT_TO_COURIER", activity: "OUT_FOR_DELIVERY", hue: "green" },
  { key: "3", name: "INTO_HUB", activity: "ARRIVED", hue: "teal" },
  { key: "4", name: "OUT_OF_HUB", activity: "DEPARTED", hue: "violet" },
  { key: "5", name: "HAND_OVER", act: "offer", hue: "brown" },
  { key: "6", name: "SIGN_AT_AUTHORITY", act: "accept", hue: "plum" },
  { key: "7", name: "DELIVER", act: "deliver", hue: "green" },
  { key: "8", name: "ATTEMPT_FAILED", act: "attempt", hue: "red" },
  { key: "9", name: "GIVE_BACK", activity: "RETURNED", hue: "slate" },
];
const OFFICERS = new Set(["HAND_OVER", "SIGN_AT_AUTHORITY"]);

/** The mode of a name; the first where none is known. */
export function modeOf(name) {
  return MODES.find((mode) => mode.name === name) ?? MODES[0];
}

/** What is done to a parcel in a mode, to tell whether it was done before: the act, or the mode whose scan it is. */
export function deedOf(mode) {
  return mode.act ?? mode.name;
}

/** Modes a role may use: an officer signs and gives, and carries nothing. */
export function modesOf(role) {
  return role === "OFFICER" ? MODES.filter(({ name }) => OFFICERS.has(name)) : MODES;
}

/** The word of a mode for a role: whoever is no officer signs for what colleagues hand over. */
export function wordOf(mode, role) {
  return mode.name === "SIGN_AT_AUTHORITY" && role !== "OFFICER" ? "mode.TAKE_OVER" : `mode.${mode.name}`;
}
