// Whole đồng as people type and read them.

const DIGITS = /^\d{1,3}([.,  ]?\d{3})*$|^\d+$/;
const THOUSANDS = /^(\d{1,7})\s*(k|n|nghìn|ngàn)$/i;
const SIGN = /\s*(₫|đ|vnd|vnđ|đồng)\.?$/i;

/** Đồng of a typed text: "25000", "25.000 ₫" and "25k" are 25000; undefined for an empty text, NaN for anything else. */
export function parseMoney(text) {
  const bare = text.normalize("NFC").trim().replace(SIGN, "");
  if (bare === "") return undefined;
  const thousands = THOUSANDS.exec(bare);
  if (thousands) return Number(thousands[1]) * 1000;
  return DIGITS.test(bare) ? Number(bare.replace(/[.,  ]/g, "")) : NaN;
}

/** "25.000 ₫" in both languages: the sign and the points are the country's, not the reader's. */
export function money(dong) {
  return `${String(Math.trunc(dong)).replace(/\B(?=(\d{3})+(?!\d))/g, ".")} ₫`;
}
