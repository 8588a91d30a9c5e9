// Where a scan lands. The scanner may fire at any moment; what it read says where it belongs, not where the cursor stood.

import { codeAtEnd, readCode } from "../../foundation/pages/codes.js";
import { cardAtEnd, readCard } from "./card.js";

/** A card or a code at the end of a field's text: {rest, text}, or undefined. */
export function scanAtEnd(value) {
  return cardAtEnd(value) ?? codeAtEnd(value);
}

/**
 * What to do with a scanned text: {do: "applicant", card} · {do: "open", filingId} · {do: "label", code} · {do: "wrong", reason}.
 *
 * ``known`` gives the filing id of a code this office has filed, or undefined. An unknown code of ours can only be a label of a
 * roll that still waits for its dossier.
 */
export async function landing(text, known) {
  const card = readCard(text);
  if (card) return { do: "applicant", card };
  const read = readCode(text);
  if (read.kind === "wrong") return { do: "wrong", reason: read.reason };
  const filingId = await known(read.code);
  return filingId ? { do: "open", filingId } : { do: "label", code: read.code };
}
