// The handheld's own small set of marks: each state has a shape of its own, so that none is told by colour alone.

import { svg } from "../../foundation/pages/dom.js";

const PATHS = {
  tick: "M4 13l6 6L21 6",
  cross: "M5 5l14 14M19 5L5 19",
  twice: "M3 8h18M3 16h18",
  turn: "M20 18V9H6m5-6L5 9l6 6",
  stop: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M7 12h10",
  question: "M8 8a4 4 0 1 1 6 3.5c-1.5.9-2 1.7-2 3.5M12 19.5v.5",
  old: "M5 3h9l5 5v13H5zM8 17l8-8M8 11l6 6",
  end: "M5 21V3h13l-3 4.500 3 4.500H5",
  envelope: "M2 5h20v14H2zM2 5l7.500 8L13 16 22 5",
  camera: "M2 7h5l2-3h6l2 3h5v13H2zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8",
  more: "M4 6h16M4 12h16M4 18h16",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l4 2",
};
export const OF_OUTCOME = {
  right: "tick", kept: "tick", finished: "tick", double: "twice", not_mine: "stop", wrong_way: "turn", unknown: "question",
  superseded: "old", ended: "end", void: "cross", wrong: "cross", grave: "cross",
};

/** A mark as a drawing; the words beside it say what it means. */
export function mark(name, className = "mark") {
  return svg("svg", { viewBox: "0 0 24 24", class: className, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }));
}
