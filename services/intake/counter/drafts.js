// Which draft this window works on. Two windows of one clerk never share one: the browser's locks say whose it is, and a window
// that ends, however it ends, lets go of its own.

import { isEmpty } from "./draft.js";

const held = new Map();

/** Takes a draft for this window; false if another window has it. */
export function hold(id) {
  if (held.has(id) || !navigator.locks) return Promise.resolve(true); // without locks (no secure context) one window is assumed
  return new Promise((answer) => {
    navigator.locks.request(`draft/${id}`, { ifAvailable: true }, (lock) => {
      answer(lock !== null);
      return lock && new Promise((release) => held.set(id, release));
    });
  });
}

/** Lets another window have it. */
export function letGo(id) {
  held.get(id)?.();
  held.delete(id);
}

/** The newest draft that was not put aside and that no other window has; undefined if there is none. */
export async function current(store, owner) {
  for (const draft of await store.drafts(owner)) if (!draft.aside && (await hold(draft.id))) return draft;
  return undefined;
}

/** Puts a draft aside: it stays under "drafts", and the next citizen can be served. Gives whether there was anything to keep. */
export async function putAside(store, draft) {
  letGo(draft.id);
  if (isEmpty(draft)) {
    await store.dropDraft(draft.id);
    return false;
  }
  await store.saveDraft({ ...draft, aside: true });
  return true;
}
