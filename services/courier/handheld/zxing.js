// Reads codes where the browser cannot: ZXing as WebAssembly. Its own chunk, loaded with the camera.

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm";

const OPTIONS = { formats: ["QRCode", "Code128"], tryHarder: true, maxNumberOfSymbols: 4 };

/** A function from a playing video to the texts in its picture. */
export async function detector() {
  prepareZXingModule({ overrides: { locateFile: () => wasm } });
  const canvas = new OffscreenCanvas(1, 1);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    pen.drawImage(video, 0, 0);
    const found = await readBarcodes(pen.getImageData(0, 0, canvas.width, canvas.height), OPTIONS);
    return found.filter(({ isValid }) => isValid).map(({ text }) => text);
  };
}
