// ZIP archives as far as spreadsheets need them: read what is stored or deflated, write what is stored. Zip64 and passwords: no.

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const STORED = 0,
  DEFLATED = 8;
const MOST_UNPACKED = 200 * 1024 * 1024; // a small file that unpacks to more is no spreadsheet
const FILE_TIME = [0, 0x21]; // 1980-01-01: the same template has the same bytes every day

/** Reads the archive's table: a function from a name to its text, undefined for one that is not there. Throws RangeError. */
export function openZip(buffer) {
  const view = new DataView(buffer);
  const entries = new Map();
  let budget = MOST_UNPACKED;
  let { at, count } = tableOf(view);
  for (; count > 0; count -= 1) {
    if (view.getUint32(at, true) !== ENTRY_SIGNATURE) throw new RangeError("no zip table");
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = new TextDecoder().decode(new Uint8Array(buffer, at + 46, nameLength));
    entries.set(name, {
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      local: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + extra + comment;
  }
  return async (name) => {
    const entry = entries.get(name);
    if (!entry) return undefined;
    const bytes = await unpacked(buffer, view, entry, budget);
    budget -= bytes.length;
    return new TextDecoder().decode(bytes);
  };
}

function tableOf(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at -= 1) {
    if (view.getUint32(at, true) === END_SIGNATURE)
      return { count: view.getUint16(at + 10, true), at: view.getUint32(at + 16, true) };
  }
  throw new RangeError("no zip file");
}

async function unpacked(buffer, view, { method, packed, local }, budget) {
  if (view.getUint32(local, true) !== LOCAL_SIGNATURE) throw new RangeError("no zip entry");
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const bytes = new Uint8Array(buffer, start, packed);
  if (method === STORED) return bytes;
  if (method !== DEFLATED) throw new RangeError("unknown packing");
  const parts = [];
  let size = 0;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    size += value.length;
    if (size > budget) {
      await reader.cancel();
      throw new RangeError("unpacks to too much");
    }
    parts.push(value);
  }
}

/** An archive of texts by name, stored as they are. */
export function writeZip(files) {
  const parts = [],
    table = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [title, bytes] = [name, text].map((each) => new TextEncoder().encode(each));
    const common = [20, 0x0800, STORED, ...FILE_TIME];
    const sizes = [crc32(bytes), bytes.length, bytes.length];
    const local = packed([
      [4, LOCAL_SIGNATURE],
      ...common.map((each) => [2, each]),
      ...sizes.map((each) => [4, each]),
      [2, title.length],
      [2, 0],
    ]);
    table.push(
      packed([
        [4, ENTRY_SIGNATURE],
        [2, 20],
        ...common.map((each) => [2, each]),
        ...sizes.map((each) => [4, each]),
        [2, title.length],
        [2, 0],
        [2, 0],
        [2, 0],
        [2, 0],
        [4, 0],
        [4, offset],
      ]),
      title,
    );
    parts.push(local, title, bytes);
    offset += local.length + title.length + bytes.length;
  }
  const count = Object.keys(files).length;
  const tableSize = table.reduce((sum, each) => sum + each.length, 0);
  const end = packed([
    [4, END_SIGNATURE],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, tableSize],
    [4, offset],
    [2, 0],
  ]);
  return new Blob([...parts, ...table, end]);
}

function packed(numbers) {
  const view = new DataView(new ArrayBuffer(numbers.reduce((sum, [width]) => sum + width, 0)));
  let at = 0;
  for (const [width, value] of numbers) {
    if (width === 4) view.setUint32(at, value >>> 0, true);
    else view.setUint16(at, value, true);
    at += width;
  }
  return new Uint8Array(view.buffer);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
