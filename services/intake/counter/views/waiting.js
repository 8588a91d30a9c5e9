// Drafts to go on with, and filings that wait for the network or were refused. Nothing leaves these lists but by the clerk's word
// or the server's.

import { button, h, mark, put } from "../dom.js";
import { clockOrDay } from "../days.js";
import { groupCode } from "../../../foundation/pages/codes.js";

export async function show(counter, root) {
  const { say, store, owner } = counter;
  const panel = h("section", { class: "ask", role: "alertdialog", "aria-labelledby": "asked", hidden: true });
  const holder = h("div", {});
  put(root, h("h1", { class: "quiet" }, say("waiting")), panel, holder);
  const escape = (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.preventDefault();
    panel.hidden = true;
    holder.querySelector("button")?.focus();
  };
  root.addEventListener("keydown", escape);

  function askDrop(title, drop) {
    put(
      panel,
      h("h2", { id: "asked" }, say(title)),
      h("p", {}, say("dropText")),
      h(
        "p",
        { class: "buttons" },
        button(
          say("dropNo"),
          () => {
            panel.hidden = true;
            holder.querySelector("button")?.focus();
          },
          { kind: "go" },
        ),
        button(
          say("dropYes"),
          async () => {
            await drop();
            panel.hidden = true;
            await draw();
          },
          { kind: "danger" },
        ),
      ),
    );
    panel.hidden = false;
    panel.querySelector("button").focus();
  }

  async function draw() {
    const [drafts, entries, others] = [await store.drafts(owner), await store.outbox(owner), await store.othersWaiting(owner)];
    put(
      holder,
      h(
        "h2",
        {},
        say("unsentTitle"),
        entries.some(({ state }) => state === "waiting") ? button(say("sendNow"), () => counter.sendAll()) : null,
      ),
      entries.length
        ? h(
            "ul",
            { class: "list" },
            entries.map((entry) => unsent(counter, entry, askDrop)),
          )
        : h("p", {}, mark("done", say("unsentEmpty"))),
      others ? h("p", {}, mark("waiting", say("othersUnsent", others))) : null,
      h("h2", {}, say("drafts")),
      drafts.length
        ? h(
            "ul",
            { class: "list" },
            drafts.map((draft) => kept(counter, draft, askDrop)),
          )
        : h("p", {}, say("draftsEmpty")),
    );
  }

  await draw();
  root.querySelector("button")?.focus();
  return { changed: draw, leave: () => root.removeEventListener("keydown", escape) };
}

function gist(say, { values }) {
  return [
    values.procedure ? `${values.procedure.code} ${values.procedure.name}` : values.query?.trim() || say("untitled"),
    values.fullName,
  ]
    .filter(Boolean)
    .join(" · ");
}

function kept(counter, draft, askDrop) {
  const { say, store } = counter;
  return h(
    "li",
    { class: "row" },
    h("span", { class: "what" }, h("span", { class: "gist" }, gist(say, draft))),
    h("span", { class: "hint" }, say("savedAt", clockOrDay(draft.changed, Date.now()))),
    button(say("resume"), () => counter.resume(draft), { kind: "go" }),
    button(say("drop"), () => askDrop("dropDraft", () => store.dropDraft(draft.id))),
  );
}

function unsent(counter, entry, askDrop) {
  const { say, sayProblem, store } = counter;
  const refused = entry.state === "refused";
  const { origin, problem, message } = entry;
  return h(
    "li",
    { class: "row" },
    refused ? mark("trouble", say("refused")) : mark("waiting", say("waits")),
    message.labelCode ? h("span", { class: "code" }, groupCode(message.labelCode)) : null,
    h(
      "span",
      { class: "what" },
      h("span", { class: "gist" }, gist(say, entry.draft)),
      origin ? ` · ${origin.file}, ${say("row", origin.line)}` : null,
      problem ? h("span", { class: "error" }, ` ${sayProblem(problem.reason)}`) : null,
    ),
    h("span", { class: "hint" }, clockOrDay(entry.queued, Date.now())),
    refused ? button(say("mend"), () => counter.mend(entry, problem), { kind: "go" }) : null,
    refused ? button(say("drop"), () => askDrop("dropRefused", () => store.dropRefused([entry.id]))) : null,
  );
}
