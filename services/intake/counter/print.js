// Labels and receipts on paper: by a printer the server knows, or by this machine's own through the browser.

import { h, put } from "./dom.js";

export const BROWSER = "";

/** The file of a rendering as a blob. */
function blobOf({ content, mediaType }) {
  return new Blob([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], { type: mediaType });
}

export class Printing {
  constructor({ call, store, sheet }) {
    Object.assign(this, { call, store, sheet, printers: [], chosen: BROWSER });
  }

  /** Learns the printers and which of them this counter uses. */
  async open() {
    try {
      this.printers = (await this.call("ListPrinters", {})).printers;
    } catch (problem) {
      if (typeof problem.reason !== "string") throw problem; // no printers to be had: the browser prints
    }
    const kept = await this.store.kept("printer");
    const names = [BROWSER, ...this.printers.map(({ name }) => name)];
    this.chosen = names.includes(kept) ? kept : (names[1] ?? BROWSER);
  }

  async choose(name) {
    this.chosen = name;
    await this.store.keep("printer", name);
  }

  /** The label as a picture that the page may show. Throws the door's Problem. */
  async picture(filingId, parcelCode = "") {
    const drawn = await this.call("RenderLabel", { filingId, parcelCode, format: "LABEL_FORMAT_SVG" });
    return URL.createObjectURL(blobOf(drawn));
  }

  /** Prints labels: by the chosen printer one after the other, each once, or all on the browser's sheet. */
  async labels(wanted, onEach = () => {}) {
    if (this.chosen !== BROWSER) {
      for (const [at, { filingId, parcelCode = "", requestId }] of wanted.entries()) {
        await this.call("PrintLabel", { filingId, parcelCode, printer: this.chosen, requestId });
        onEach(at + 1);
      }
      return;
    }
    const pictures = [];
    for (const { filingId, parcelCode } of wanted) pictures.push(await this.picture(filingId, parcelCode));
    await this.#onSheet(pictures);
    onEach(wanted.length);
  }

  async receipt(filingId, requestId) {
    if (this.chosen !== BROWSER)
      return this.call("PrintLabel", { filingId, printer: this.chosen, document: "PRINTED_DOCUMENT_RECEIPT", requestId });
    const address = URL.createObjectURL(blobOf(await this.call("RenderReceipt", { filingId })));
    open(address, "_blank", "noopener"); // the browser shows and prints a PDF better than a page could
    return undefined;
  }

  async #onSheet(pictures) {
    const images = pictures.map((address) => h("img", { src: address, alt: "" }));
    put(this.sheet, images);
    await Promise.all(images.map((image) => image.decode()));
    print();
    put(this.sheet);
    pictures.forEach((address) => URL.revokeObjectURL(address));
  }
}
