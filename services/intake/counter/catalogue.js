// The procedures at hand. Asked from the server word by word until the whole list is kept here; from then on it is searched here,
// without network and without waiting, by the same rule.

import { fit, fold, holds } from "./fold.js";

const PAGE = 200;
const MOST_SHOWN = 8;
const FRESH_MS = 12 * 3600 * 1000;

export class Catalogue {
  constructor({ store, call, now = Date.now }) {
    Object.assign(this, { store, call, now, all: null, uses: {} });
  }

  /** Reads what is kept. */
  async open() {
    this.uses = (await this.store.kept("uses")) ?? {};
    const kept = await this.store.procedures();
    if (await this.store.kept("procedures-read")) this.all = kept;
  }

  /** Fetches the whole list if the kept one is old. A network that is away changes nothing. */
  async refresh() {
    const read = (await this.store.kept("procedures-read")) ?? 0;
    if (this.now() - read < FRESH_MS) return;
    const all = [];
    for (let token = ""; ;) {
      const answer = await this.call("ListProcedures", { pageSize: PAGE, pageToken: token });
      all.push(...answer.procedures.map(entryOf));
      token = answer.nextPageToken;
      if (!token) break;
    }
    await this.store.replaceProcedures(all);
    await this.store.keep("procedures-read", this.now());
    this.all = all;
  }

  /** The best few for some words: those that fit best, then those taken most often at this counter. Throws the door's Problem. */
  async find(words) {
    if (!words.trim()) return [];
    if (this.all)
      return this.#ranked(
        this.all.filter((each) => holds(each.folded, words)),
        words,
      );
    const { procedures } = await this.call("ListProcedures", { query: words, pageSize: 50 });
    return this.#ranked(procedures.map(entryOf), words);
  }

  /** Remembers that a procedure was filed once more. */
  async used(code) {
    this.uses = { ...this.uses, [code]: (this.uses[code] ?? 0) + 1 };
    await this.store.keep("uses", this.uses);
  }

  async byCode(code) {
    return (this.all?.find((each) => each.code === code) ?? (await this.store.procedure(code)))?.procedure;
  }

  /** A procedure by its code, from what is kept or from the server; undefined if there is none. Throws the door's Problem. */
  async known(code) {
    const kept = await this.byCode(code.trim());
    if (kept || this.all) return kept;
    try {
      return (await this.call("GetProcedure", { code: code.trim() })).procedure;
    } catch (problem) {
      if (problem.reason === "PROCEDURE_UNKNOWN") return undefined;
      throw problem;
    }
  }

  #ranked(found, words) {
    const weighed = found.map((each) => ({
      each,
      weight: [fit(each.folded, words), this.uses[each.code] ?? 0, Number(!whyNotByPost(each.procedure))],
    }));
    weighed.sort((one, other) => firstDifference(other.weight, one.weight) || one.each.code.localeCompare(other.each.code));
    return weighed.slice(0, MOST_SHOWN).map(({ each }) => each.procedure);
  }
}

function firstDifference(one, other) {
  return one.map((value, at) => value - other[at]).find((difference) => difference !== 0) ?? 0;
}

function entryOf(procedure) {
  return { code: procedure.code, folded: fold(`${procedure.code} ${procedure.name} ${procedure.field}`), procedure };
}

/** Why a dossier of it may not travel by post, "" if it may; the rule of services/intake/routing.py, known before it is asked. */
export function whyNotByPost({ presence, postalEligibility }) {
  if (presence === "PRESENCE_RULE_NEEDED") return "PRESENCE_NEEDED";
  if (["POSTAL_ELIGIBILITY_YES", "POSTAL_ELIGIBILITY_RESULT_ONLY"].includes(postalEligibility)) return "";
  return postalEligibility === "POSTAL_ELIGIBILITY_UNSPECIFIED" ? "POST_UNKNOWN" : "NOT_BY_POST";
}
