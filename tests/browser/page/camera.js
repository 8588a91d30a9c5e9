// Loaded only when a picture is to be read: the reader and its WebAssembly are files of their own.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import address from "zxing-wasm/reader/zxing_reader.wasm";

prepareZXingModule({ overrides: { locateFile: () => address } });

export async function textsIn(picture) {
  const found = await readBarcodes(picture, { formats: ["QRCode"] });
  return found.map((each) => each.text);
}
