// The camera as a scanner: the browser's own BarcodeDetector where there is one, else ZXing, fetched when it is first needed (the
// service worker has kept it before).

import { h, show } from "../../foundation/pages/dom.js";
import { readCode } from "../../foundation/pages/codes.js";
import { words } from "./context.js";
import { modeOf } from "./modes.js";
import { scan } from "./scan.js";

const FORMATS = ["qr_code", "code_128"];
const QUIET_MS = 2_500; // the same code in sight is one scan
const WIDTH = 1280, HEIGHT = 720;

/** A view of the camera; every code seen is a scan for the screen that was open before. */
export const camera = {
  async open(app, place) {
    this.video = h("video", { playsinline: true, muted: true, "aria-label": words(app, "camera") });
    this.told = h("p", { role: "status" }, words(app, "camera.loading"));
    const closing = h("button", { type: "button", class: "go", onclick: () => app.go("work") }, words(app, "camera.close"));
    this.result = h("section", { id: "result", class: "result", role: "status", "aria-live": "assertive" });
    this.last = h("section", { id: "last", class: "last" });
    show(place, h("div", { class: "camera" }, this.video, h("div", { class: "beside" }, this.told, closing)), this.result, this.last);
    app.drawResult();
    closing.focus();
    this.watch(app); // not waited for: the person may be asked for leave first, and may go on without
  },

  async onText(app, text) {
    if (modeOf(app.mode).activity) return scan.onText(app, text);
    await app.go("work"); // an act has a form: the camera has done its part
    return app.screen.onText(app, text);
  },

  async watch(app) {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: false,
        video: { facingMode: "environment", width: { ideal: WIDTH }, height: { ideal: HEIGHT } } });
    } catch (error) {
      if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error; // TypeError: no mediaDevices without HTTPS
      this.told.textContent = words(app, "camera.none");
      return;
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    const detect = await detector();
    this.look(app, detect, this.stream);
  },

  async look(app, detect, stream) {
    const lately = new Map();
    while (stream.active) {
      const texts = await detect(this.video);
      const now = performance.now();
      const reads = texts.map(readCode);
      const only = reads.length > 0 && reads.every(({ kind }) => kind === "tracking"); // the label's large QR alone is in sight
      this.tell(words(app, only ? "says.TRACKING_NAMES_NO_PARCEL" : "camera.ready"));
      const fresh = best(texts).filter((text) => now - (lately.get(text) ?? -QUIET_MS) >= QUIET_MS);
      for (const text of texts) lately.set(text, now);
      for (const text of fresh) await app.onText(text);
      await new Promise(requestAnimationFrame);
    }
  },

  tell(text) { // only what is new, since it is read aloud
    if (this.told.textContent !== text) this.told.textContent = text;
  },

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
  },
};

// Of a label's codes in one picture the one that names the parcel is enough, at best signed; nonsense of other labels is left out.
function best(texts) {
  const parcels = texts.filter((text) => readCode(text).kind === "parcel");
  const signed = parcels.filter((text) => readCode(text).label);
  return (signed.length > 0 ? signed : parcels).slice(0, 1);
}

async function detector() {
  if ("BarcodeDetector" in globalThis && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const own = new BarcodeDetector({ formats: FORMATS });
    return async (video) => (await own.detect(video)).map(({ rawValue }) => rawValue);
  }
  return (await import("./zxing.js")).detector();
}
