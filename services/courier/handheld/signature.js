// A signature: drawn with a finger, or the name typed by who signs. Acts carry its SHA-256; the picture follows them (pictures.js).

import { h } from "../../foundation/pages/dom.js";
import { words } from "./context.js";
import { sha256 } from "./device.js";
import { field } from "./form.js";

const WIDTH = 600, HEIGHT = 200;
const LARGEST = 1280; // longest side of a photo, in pixels
const MOST_BYTES = 256 * 1024; // of a picture; the server's limit

/** A pad: {row, wrong, picture()}; picture gives the SHA-256 of what was signed and keeps it, or undefined if nothing was. */
export function signaturePad(app) {
  const canvas = h("canvas", { width: WIDTH, height: HEIGHT, role: "img", "aria-label": words(app, "sign") });
  const typed = field(app, "sign.typed", { id: "signer", autocomplete: "off", maxlength: 60 });
  const wrong = h("p", { class: "wrong", id: "signature-wrong" });
  const pen = canvas.getContext("2d");
  let drawn = false;
  const clear = () => {
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    drawn = false;
  };
  clear();
  follow(canvas, pen, () => { drawn = true; });
  const row = h("fieldset", { class: "sign" }, h("legend", {}, words(app, "sign")), h("p", { class: "quiet" }, words(app, "sign.more")),
    canvas, h("button", { type: "button", class: "plain", onclick: clear }, words(app, "sign.clear")), typed.row, wrong);
  const picture = async () => {
    const name = typed.input.value.normalize("NFC").trim();
    if (!drawn && !name) return undefined;
    if (name) write(pen, name);
    return keepPicture(app, await new Promise((resolve) => canvas.toBlob(resolve, "image/png")));
  };
  return { row, wrong, picture, name: () => typed.input.value.normalize("NFC").trim() };
}

function follow(canvas, pen, onStroke) {
  const at = ({ offsetX, offsetY }) => [offsetX * (WIDTH / canvas.clientWidth), offsetY * (HEIGHT / canvas.clientHeight)];
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.lineWidth = 5;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#000000";
    pen.beginPath();
    pen.moveTo(...at(event));
  };
  canvas.onpointermove = (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...at(event));
    pen.stroke();
    onStroke();
  };
}

function write(pen, name) {
  pen.fillStyle = "#000000";
  pen.font = "36px sans-serif";
  pen.fillText(name, 16, HEIGHT - 24, WIDTH - 32);
}

/** Holds a picture until the act that names it is kept, which stores both in one write. Its SHA-256, hex. */
export async function keepPicture(app, blob) {
  const digest = await sha256(await blob.arrayBuffer());
  app.pictures.set(digest, blob);
  return digest;
}

/** A photo made small enough to keep and to send: a JPEG without the place and the device that a camera writes into its own. */
export async function shrunk(file) {
  const bitmap = await createImageBitmap(file);
  let side = LARGEST;
  let photo = await drawn(bitmap, side);
  while (photo.size > MOST_BYTES) photo = await drawn(bitmap, side *= 0.8);
  return photo;
}

function drawn(bitmap, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = h("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
}
