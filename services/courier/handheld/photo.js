// A photo taken at the door: with the page's own camera, or with whatever the device offers where that cannot be opened.

import { h, show } from "../../foundation/pages/dom.js";
import { words } from "./context.js";
import { shrunk } from "./signature.js";

/** A field for a photo: {row, wrong, picture(), close()}; picture gives the JPEG, or undefined if none was taken. */
export function photoField(app) {
  const place = h("div", { class: "photo" });
  const wrong = h("p", { class: "wrong", id: "photo-wrong", role: "status" });
  const video = h("video", { playsinline: true, muted: true, "aria-label": words(app, "camera") });
  const file = h("input", { type: "file", id: "photo", accept: "image/*", capture: "environment" });
  const button = (key, onclick) => h("button", { type: "button", onclick }, words(app, key));
  let taken;
  let stream;

  const draw = (...parts) => {
    show(place, ...parts);
    place.querySelector("button, input").focus();
  };
  const close = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
  };
  const keep = async (source) => {
    taken = await shrunk(source);
    const seen = h("canvas", { role: "img", "aria-label": words(app, "deliver.photo.kept") });
    const bitmap = await createImageBitmap(taken);
    [seen.width, seen.height] = [bitmap.width, bitmap.height];
    seen.getContext("2d").drawImage(bitmap, 0, 0);
    draw(seen, h("p", {}, words(app, "deliver.photo.kept")), button("deliver.photo.again", open));
  };
  const open = async () => {
    taken = undefined;
    let opened;
    try {
      opened = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch (error) {
      if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error; // TypeError: no mediaDevices without HTTPS
      return draw(h("label", { for: "photo" }, words(app, "deliver.photo.file")), file);
    }
    stream = opened;
    if (!place.isConnected) return close(); // the person has gone on meanwhile
    video.srcObject = stream;
    await video.play();
    return draw(video, button("deliver.shutter", async () => { await keep(video); close(); }));
  };
  file.onchange = () => file.files[0] && keep(file.files[0]);
  show(place, button("deliver.photo", open));
  return { wrong, close, picture: () => taken, row: h("div", { class: "field" }, place, wrong) };
}
