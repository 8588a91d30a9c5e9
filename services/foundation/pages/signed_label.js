// The signed code of a label: who may trust it can check it without a network. Its bits are described at LabelKey in
// proto/postal/courier/v1/courier_service.proto.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const FORM = /^DP1[0-9A-HJKMNP-TV-Z]{136}$/;
const SAID = 21;
const CONTEXT = new TextEncoder().encode("dossier-post/label/");

/** Whether a text has the form of a signed code. */
export function isSigned(text) {
  return FORM.test(text);
}

/**
 * What a signed code says, not yet whether it is true: {tracking (12 characters, without check), labelVersion, prefix, serial
 * (8 digits), suffix, keyId, destination (office code or ""), said, signature}.
 */
export function parse(text) {
  const bytes = bytesOf(text.slice(3));
  const said = bytes.slice(0, SAID);
  const read = reader(said);
  const tracking = Array.from({ length: 12 }, () => ALPHABET[read(5)]).join("");
  const labelVersion = read(6);
  const prefix = letters(read(10));
  const serial = String(read(27)).padStart(8, "0");
  const suffix = letters(read(10));
  const keyId = read(32).toString(16).padStart(8, "0");
  const hasDestination = read(1) === 1;
  const destination = String(read(20)).padStart(6, "0");
  return { tracking, labelVersion, prefix, serial, suffix, keyId, destination: hasDestination ? destination : "", said,
    signature: bytes.slice(SAID) };
}

/**
 * Whether a parsed code is ours: "signed" · "forged" · "revoked" · "unchecked" (its key, or the browser's Ed25519, is not at hand).
 * ``keys``: the answer of ListLabelKeys; ``now`` in ms.
 */
export async function verify({ said, signature, keyId }, keys, now) {
  const key = keys.find((each) => each.keyId === keyId);
  if (!key) return "unchecked";
  if (key.revokeTime && Date.parse(key.revokeTime) <= now) return "revoked";
  try {
    const raw = Uint8Array.from(atob(key.publicKey), (letter) => letter.charCodeAt(0));
    const known = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    const text = new Uint8Array([...CONTEXT, ...said]);
    return (await crypto.subtle.verify({ name: "Ed25519" }, known, signature, text)) ? "signed" : "forged";
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return "unchecked";
    throw error;
  }
}

function bytesOf(text) {
  const bytes = [];
  let held = 0, bits = 0;
  for (const letter of text) {
    held = (held << 5) | ALPHABET.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(bytes);
}

// Reads numbers of any width up to 48 bits, most significant bit first.
function reader(bytes) {
  let at = 0;
  return (width) => {
    let value = 0;
    for (let left = width; left > 0; left -= 1, at += 1) value = value * 2 + ((bytes[at >> 3] >> (7 - (at & 7))) & 1);
    return value;
  };
}

function letters(value) {
  return String.fromCharCode(65 + Math.floor(value / 26), 65 + (value % 26));
}
