// The screen of all modes where one scan is one act: at the counter, into and out of offices, out with a courier, back.

import { h, show } from "../../foundation/pages/dom.js";
import { circumstances, keepActs } from "./context.js";
import { modeOf } from "./modes.js";
import { announce, waits } from "./result.js";
import { parcelOf, recognise } from "./scanning.js";
import { tell } from "./sounds.js";

/** The result of a scan and the last five. */
export const scan = {
  async open(app, place) {
    show(place, h("section", { id: "result", class: "result", role: "status", "aria-live": "assertive" }), h("section", { id: "last", class: "last" }));
    app.drawResult();
    await app.drawLast();
    app.sink.focus();
  },

  async onText(app, text) {
    if (waits(app)) return tell("wrong"); // the person has not seen yet what was wrong
    const found = await recognise(app, text);
    const { verdict } = found;
    if (verdict.outcome !== "wrong" && verdict.outcome !== "double") {
      const entry = { ...circumstances(app), parcels: [parcelOf(found)], scan: { activity: modeOf(app.mode).activity } };
      await keepActs(app, [{ entry, told: verdict.outcome }]); // on the disk before it beeps
    }
    announce(app, { ...verdict, code: found.code });
    await Promise.all([app.drawLast(), app.draw()]);
    app.send();
    return undefined;
  },
};
