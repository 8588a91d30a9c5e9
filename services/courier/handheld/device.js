// The device's own key: made here, never leaving, so that no secret is shared and a stolen device is revoked alone.

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
const ISSUER = "dossier-post";
const TOKEN_S = 10 * 60;

/** A new pair whose private half cannot be read by any script. */
export function makeKeys() {
  return crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
}

/** The public half as SubjectPublicKeyInfo, base64. */
export async function publicKeyOf(keys) {
  return base64(await crypto.subtle.exportKey("spki", keys.publicKey));
}

/** 64 bytes r and s over a text, base64. */
export async function signatureOf(keys, text) {
  return base64(await crypto.subtle.sign(SIGNING, keys.privateKey, new TextEncoder().encode(text)));
}

/** Whether a signature over a text is of these keys. */
export function holds(keys, text, signature) {
  return crypto.subtle.verify(SIGNING, keys.publicKey, bytesOf(signature), new TextEncoder().encode(text));
}

/** A short-lived access token that the device signs itself; ``now`` is the server's time as far as the device knows it, in ms. */
export async function tokenOf(device, person, now) {
  const issued = Math.floor(now / 1000);
  const header = { alg: "ES256", typ: "at+jwt", kid: device.id };
  const claims = {
    iss: ISSUER, aud: ISSUER, iat: issued, nbf: issued, exp: issued + TOKEN_S, jti: crypto.randomUUID(),
    sub: person, role: device.role, place: device.place, device: device.id,
  };
  const text = [header, claims].map((part) => urlBase64(new TextEncoder().encode(JSON.stringify(part)))).join(".");
  return `${text}.${forUrl(await signatureOf(device.keys, text))}`;
}

/** SHA-256 of bytes, hex. */
export async function sha256(bytes) {
  return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes as base64. */
export function base64(bytes) {
  const all = new Uint8Array(bytes);
  let text = "";
  for (let from = 0; from < all.length; from += 8192) text += String.fromCharCode(...all.subarray(from, from + 8192)); // few arguments
  return btoa(text);
}

/** Bytes of base64. */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

const forUrl = (text) => text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const urlBase64 = (bytes) => forUrl(base64(bytes));
