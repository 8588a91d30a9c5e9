// The filing under the clerk's hands: which step is open, what Enter does next, what is wrong, and that nothing typed is lost.

import { isEmpty, problemsOf, withValues } from "./draft.js";
import { STEPS, stepAfter, stepBefore, stepOf } from "./steps.js";

// What a card, a list or a rule has filled need not be looked at again; where it goes and what was counted must be.
const LOOKED_AT = new Set(["procedure", "authority", "papers"]);

export class Form {
  /** ``draw`` is called after each change; ``focus`` brings the cursor to a field's input or, without one, to the button at the end. */
  constructor(counter, draft, { draw, focus }) {
    Object.assign(this, {
      counter,
      draft,
      draw,
      focus,
      steps: {},
      asked: new Set(),
      refused: {},
      closed: false,
      saved: "",
      trouble: false,
    });
  }

  /** Sets values as typed. What the server has refused is open again once it is changed. */
  set(values) {
    for (const name of Object.keys(values)) delete this.refused[name];
    if ("papers" in values)
      for (const name of Object.keys(this.refused)) if (name.startsWith("papers")) delete this.refused[name];
    this.replace(withValues(this.draft, values));
  }

  /** Takes a new draft and keeps it. */
  replace(draft) {
    if (this.closed) return; // it was handed in: a late key must not bring the draft back
    this.draft = { ...draft, edits: (this.draft.edits ?? 0) + 1, changed: new Date().toISOString() };
    this.#keep(this.draft);
    this.refresh();
  }

  async #keep(draft) {
    try {
      if (isEmpty(draft))
        await this.counter.store.dropDraft(draft.id); // an untouched form is no draft
      else await this.counter.store.saveDraft(draft);
      [this.saved, this.trouble] = [isEmpty(draft) ? "" : draft.changed, false];
    } catch {
      this.trouble = true; // a full disk: said at the foot of the page, and tried again with the next key
    }
    this.draw();
  }

  refresh() {
    for (const step of Object.values(this.steps)) step.refresh();
    this.draw();
  }

  problems() {
    return { ...problemsOf(this.draft, { offline: !this.counter.network.online }), ...this.refused };
  }

  /** Words for a field's problem if it is to be shown: refused by the server, or passed by Enter and still wrong. */
  shownProblem(name) {
    const reason = this.refused[name] ?? (this.asked.has(name) ? this.problems()[name] : undefined);
    return reason ? this.counter.sayProblem(reason) : "";
  }

  /** Shows what the server has said of a field. */
  refuse(name, reason) {
    this.refused[name] = reason;
    this.refresh();
  }

  /** Shows everything that is wrong; true if nothing is. */
  showAll() {
    const found = Object.keys(this.problems());
    for (const name of found) this.asked.add(name);
    this.refresh();
    return found.length === 0;
  }

  state(id) {
    const wrong = Object.keys(this.problems()).filter((name) => stepOf(name) === id);
    if (wrong.some((name) => this.refused[name] || this.asked.has(name))) return "Wrong";
    if (this.draft.step === id) return "Open";
    return wrong.length === 0 && (this.draft.done?.[id] || !LOOKED_AT.has(id)) ? "Done" : "Ahead";
  }

  /** Enter in a field of the open step: checks it, then goes to what is still open. */
  async enter(target) {
    const id = this.draft.step;
    if (!(await this.steps[id].enter(target))) return;
    const name = target.dataset.field;
    const wrong = this.problems();
    if (wrong[name]) return this.#stay(name);
    const after = this.steps[id]
      .inputs()
      .filter((input) => target.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING);
    const open = id === "papers" ? after[0] : after.find((input) => wrong[input.dataset.field]);
    if (open) this.focus(open.dataset.field);
    else await this.next(id);
  }

  #stay(name) {
    this.asked.add(name);
    this.refresh();
    this.focus(name);
  }

  /** The step is done, if nothing is wrong with it: on to the next that is not. */
  async next(id) {
    const wrong = Object.keys(this.problems()).find((name) => stepOf(name) === id);
    if (wrong) return this.#stay(wrong);
    this.draft = { ...this.draft, done: { ...this.draft.done, [id]: true } };
    for (let step = stepAfter(id); step; step = stepAfter(step)) if (this.state(step) !== "Done") return this.goTo(step);
    const left = STEPS.find((step) => this.state(step.id) !== "Done" && step.id !== id);
    if (left) return this.goTo(left.id);
    this.replace(this.draft);
    this.focus(undefined);
  }

  /** Opens a step, at a field or at its first open one. */
  async goTo(id, field) {
    this.replace({ ...this.draft, step: id });
    if (id === "authority") await this.steps.authority.resolve();
    if (this.draft.step !== id) return;
    const inputs = this.steps[id].inputs();
    const wrong = this.problems();
    const open = id === "papers" ? inputs[0] : (inputs.find((input) => wrong[input.dataset.field]) ?? inputs[0]);
    this.focus(field ?? open?.dataset.field);
  }

  /** A scan has filled something of a step: on, if that was all, else to what is still open. */
  goOn(id) {
    const left = Object.keys(this.problems()).some((name) => stepOf(name) === id);
    return left ? this.goTo(id) : this.next(id);
  }

  back() {
    const before = stepBefore(this.draft.step);
    if (before) return this.goTo(before);
    return this.focus("procedure");
  }

  /** Nothing more is kept: the draft has been handed in or put aside. */
  close() {
    this.closed = true;
  }
}
