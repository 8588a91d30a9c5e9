// The page's own database: drafts, what waits to be sent, codes of what was filed, and the procedures for working offline.
//
// Drafts and unsent filings hold what the citizen has said; both are deleted in the write that says the dossier is filed. Codes
// and procedures say nothing about anybody.

import { openDB } from "idb";

const VERSION = 1;
const IN_FLIGHT = "draft/";
const STRICT = { durability: "strict" }; // what was promised to a clerk is on the disk before it is said

/** Opens the database of this origin; ``name`` only for tests. */
export async function openStore(name = "counter") {
  return new Store(
    await openDB(name, VERSION, {
      upgrade(db) {
        db.createObjectStore("drafts", { keyPath: "id" }).createIndex("owner", "owner");
        db.createObjectStore("outbox", { keyPath: "id" }).createIndex("owner", "owner");
        const filed = db.createObjectStore("filed", { keyPath: "filingId" });
        for (const code of ["parcelCode", "trackingCode"]) filed.createIndex(code, code);
        db.createObjectStore("procedures", { keyPath: "code" });
        db.createObjectStore("kept", { keyPath: "name" });
      },
      blocking(_, __, event) {
        event.target.close();
      }, // another window brings a newer page
    }),
  );
}

/** Whose drafts and filings: a request id counts for one person, so another's are never sent in their stead. */
export function ownerOf({ person, office }) {
  return `${person}@${office}`;
}

class Store {
  constructor(db) {
    this.db = db;
  }

  /** Keeps a draft. Until the database has it, it lies where a page that is left in the same moment still leaves it. */
  async saveDraft(draft) {
    const key = IN_FLIGHT + draft.id;
    const text = JSON.stringify(draft);
    localStorage.setItem(key, text);
    await this.db.put("drafts", { ...draft, owner: ownerOf(draft) });
    if (localStorage.getItem(key) === text) localStorage.removeItem(key);
  }

  /** Takes in the drafts whose last letters the database has not seen, unless they were handed in meanwhile. A browser that is
   * killed may bring back what had been taken away there: letters that are older than the database's are no news. */
  async recover() {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(IN_FLIGHT))) {
      const draft = JSON.parse(localStorage.getItem(key));
      const done = (await this.entry(draft.id)) ?? (await this.filedCodes()).find(({ requestId }) => requestId === draft.id);
      if (done || (await this.draft(draft.id))?.edits >= draft.edits) localStorage.removeItem(key);
      else await this.saveDraft(draft);
    }
  }

  draft(id) {
    return this.db.get("drafts", id);
  }

  dropDraft(id) {
    localStorage.removeItem(IN_FLIGHT + id);
    return this.db.delete("drafts", id);
  }

  /** Newest first. */
  async drafts(owner) {
    return (await this.db.getAllFromIndex("drafts", "owner", owner)).sort((one, other) =>
      other.changed.localeCompare(one.changed),
    );
  }

  /** Drafts become filings to be sent, all or none. */
  async enqueue(entries) {
    const write = this.db.transaction(["drafts", "outbox"], "readwrite", STRICT);
    for (const entry of entries) {
      write.objectStore("drafts").delete(entry.id);
      write.objectStore("outbox").put(entry);
    }
    await write.done;
    for (const { id } of entries) localStorage.removeItem(IN_FLIGHT + id);
  }

  /** Oldest first, a sheet's rows in their order. */
  async outbox(owner) {
    return (await this.db.getAllFromIndex("outbox", "owner", owner)).sort(
      (one, other) => one.queued.localeCompare(other.queued) || (one.origin?.line ?? 0) - (other.origin?.line ?? 0),
    );
  }

  entry(id) {
    return this.db.get("outbox", id);
  }

  /** How many filings of other people of this machine wait; whose they are is not asked. */
  async othersWaiting(owner) {
    return (await this.db.count("outbox")) - (await this.db.countFromIndex("outbox", "owner", owner));
  }

  /** The filing has its answer: its codes stay, what the citizen said goes. */
  async settle(id, codes) {
    const write = this.db.transaction(["outbox", "filed"], "readwrite", STRICT);
    write.objectStore("outbox").delete(id);
    write.objectStore("filed").put(codes);
    await write.done;
  }

  /** The entry as it is now, unless it was settled meanwhile. */
  async renew(entry) {
    const write = this.db.transaction("outbox", "readwrite");
    if (await write.store.get(entry.id)) write.store.put(entry);
    await write.done;
  }

  /** A refused filing becomes a draft again, with what is wrong. */
  async mend(id, draft) {
    const write = this.db.transaction(["drafts", "outbox"], "readwrite", STRICT);
    write.objectStore("outbox").delete(id);
    write.objectStore("drafts").put({ ...draft, owner: ownerOf(draft) });
    await write.done;
  }

  /** The citizen has gone, the rows were wrong: forgets refused filings; what waits for an answer is never forgotten. */
  async dropRefused(ids) {
    const write = this.db.transaction("outbox", "readwrite");
    for (const id of ids) if ((await write.store.get(id))?.state === "refused") write.store.delete(id);
    await write.done;
  }

  /** What is known by its code: {filingId, parcelCode, trackingCode, office, …}, or undefined. */
  async filed(code) {
    return (await this.db.getFromIndex("filed", "parcelCode", code)) ?? this.db.getFromIndex("filed", "trackingCode", code);
  }

  async remember(all) {
    const write = this.db.transaction("filed", "readwrite");
    for (const codes of all) write.store.put({ ...(await write.store.get(codes.filingId)), ...codes });
    await write.done;
  }

  filedCodes() {
    return this.db.getAll("filed");
  }

  procedures() {
    return this.db.getAll("procedures");
  }

  procedure(code) {
    return this.db.get("procedures", code);
  }

  /** All procedures as the server lists them now. */
  async replaceProcedures(all) {
    const write = this.db.transaction("procedures", "readwrite");
    write.store.clear();
    for (const each of all) write.store.put(each);
    await write.done;
  }

  async kept(name) {
    return (await this.db.get("kept", name))?.value;
  }

  keep(name, value) {
    return this.db.put("kept", { name, value });
  }
}
