// Who works here: the badge, and the page's first question where there is none.

import { button, h, put } from "./dom.js";
import { putOn, worn } from "../../foundation/pages/badge.js";

const AT_WORK = new Set(["CLERK", "SUPERVISOR"]);

/** The badge of somebody who works at a counter, or null. */
export function badgeWorn() {
  const badge = worn();
  return badge && AT_WORK.has(badge.role) ? badge : null;
}

/** Asks for the token; ``enter`` gets the badge. ``told`` says why it is asked. */
export function askToken(root, { say, enter, told = "" }) {
  const error = h("p", { class: "error", id: "token-error", role: "alert" });
  const token = h("input", {
    id: "token",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "token-hint token-error",
  });
  const go = () => {
    const badge = putOn(token.value);
    if (badge && AT_WORK.has(badge.role) && badge.ends > new Date()) enter(badge);
    else put(error, badge && !AT_WORK.has(badge.role) ? say("notClerk", badge.role) : say("tokenBad"));
  };
  token.addEventListener("keydown", (event) => event.key === "Enter" && go());
  put(
    root,
    h("h1", {}, say("logIn")),
    told ? h("p", { class: "note", role: "status" }, told) : null,
    h(
      "div",
      { class: "field" },
      h("label", { for: token.id }, say("token")),
      token,
      h("p", { class: "hint", id: "token-hint" }, say("tokenHint")),
      error,
    ),
    h("p", { class: "buttons" }, button(say("logIn"), go, { kind: "go", key: "Enter" })),
  );
  token.focus();
}
