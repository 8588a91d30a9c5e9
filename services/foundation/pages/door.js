// The JSON door as a page calls it.
//
//   const answer = await call("postal.intake.v1.IntakeService", "GetProcedure", { code: "1.014092" }, { token });
//
// Messages are protobuf JSON: lowerCamelCase names, int64 as text, bytes as base64, enums by name; an answer has every field.
// What goes wrong is a Problem. A call that is repeated must carry the same requestId: then it is one.

const MOST_MS = 10_000;
const WORTH_RETRYING = new Set(["unavailable", "aborted", "resource_exhausted", "deadline_exceeded"]);

/** Why there is no answer: `reason` is stable, `field` in the contract's own spelling (papers[0].name), `retryable` later as it is. */
export class Problem extends Error {
  constructor({ code = "unavailable", reason = "NO_ANSWER", field = "", message = "" }) {
    super(message || reason);
    this.name = "Problem";
    Object.assign(this, { code, reason, field });
    this.retryable = WORTH_RETRYING.has(code) && reason !== "MESSAGE_TOO_LARGE";
  }
}

/** The answer of a method; throws Problem. `timeout` in milliseconds; an abort through `signal` is thrown as it comes. */
export async function call(service, method, message, { token = "", signal, timeout = MOST_MS } = {}) {
  const headers = { "Content-Type": "application/json", "Connect-Protocol-Version": "1", "Connect-Timeout-Ms": String(timeout) };
  if (token) headers.Authorization = `Bearer ${token}`;
  const patience = AbortSignal.timeout(timeout + 2000); // the way there and back
  const either = signal ? AbortSignal.any([signal, patience]) : patience;
  let response, text;
  try {
    response = await fetch(`/${service}/${method}`, {
      method: "POST", headers, body: JSON.stringify(message), signal: either, credentials: "omit", cache: "no-store",
      redirect: "error", referrerPolicy: "no-referrer",
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem({ message: String(error.message) });
  }
  const answer = parsed(text);
  if (response.ok && answer !== null) return answer;
  throw new Problem(answer?.reason ? answer : {}); // no reason: something between us answered, not the door
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
