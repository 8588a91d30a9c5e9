// The QR on a citizen's card (thẻ căn cước): number|old number|name|birth|sex|address|issued, and on newer cards more.
//
// Only what a filing needs is kept. Birth, sex and old number are read by the scanner and forgotten here.

const CARD = /\d{12}\|\d{0,12}\|[^|\d]{2,100}\|\d{8}\|[^|]{0,10}\|[^|]{2,300}(?:\|[^|]{0,100})*$/u;
const NUMBER_AT = 0;
const NAME_AT = 2;
const ADDRESS_AT = 5;

/** {fullName, identityNumber, address} of a card's text, or undefined. */
export function readCard(text) {
  const whole = text.normalize("NFC").trim();
  const found = CARD.exec(whole);
  if (!found || found.index !== 0) return undefined;
  const parts = whole.split("|").map((part) => part.trim().replace(/\s+/g, " "));
  return { identityNumber: parts[NUMBER_AT], fullName: parts[NAME_AT], address: parts[ADDRESS_AT] };
}

/** A card that a scanner typed behind what already stood in a field: {rest, text}, or undefined. */
export function cardAtEnd(value) {
  const found = CARD.exec(value.normalize("NFC"));
  if (!found) return undefined;
  const whole = value.normalize("NFC");
  return { rest: whole.slice(0, found.index), text: whole.slice(found.index) };
}

/**
 * The places an address may mean, likeliest first, as "commune, [district,] province".
 *
 * Cards of before 2025-07-01 name a district and newer ones do not, and both may name a hamlet first: which of them it is,
 * the registry knows.
 */
export function placesOf(address) {
  const parts = address
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  if (parts.length < 2) return [];
  const places = [parts.slice(-3), parts.slice(-2)].map((chosen) => chosen.join(", "));
  return [...new Set(places)];
}
