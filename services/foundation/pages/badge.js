// Who works at this page: an access token of the installation, out of the address's fragment (#token=…) or typed in.
//
// A fragment is never sent to a server; it is taken out of the address at once. The token lives as long as the tab. The claims are
// read for showing only: whether they hold is the door's to say.

const KEY = "badge";

/** The badge in use: {token, person, role, place, ends: Date}; null without one or once it has ended. */
export function worn(now = Date.now()) {
  const inFragment = new URLSearchParams(location.hash.slice(1)).get("token");
  if (inFragment) {
    history.replaceState(null, "", location.pathname + location.search);
    if (read(inFragment)) sessionStorage.setItem(KEY, inFragment);
  }
  const badge = read(sessionStorage.getItem(KEY) ?? "");
  return badge && badge.ends.getTime() > now ? badge : null;
}

/** Puts a typed token on; the badge, or null if the text is none. */
export function putOn(text) {
  const badge = read(text.trim());
  if (badge) sessionStorage.setItem(KEY, badge.token);
  return badge;
}

/** Takes the badge off; what the page has stored for the person is the page's own affair. */
export function takeOff() {
  sessionStorage.removeItem(KEY);
}

function read(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
    const { sub, role, place, exp } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (![sub, role, place].every((each) => typeof each === "string" && each) || !Number.isFinite(exp)) return null;
    return { token, person: sub, role, place, ends: new Date(exp * 1000) };
  } catch {
    return null;
  }
}
