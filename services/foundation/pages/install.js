// Registers a page's service worker.

// The pages' policy lets no text become a script; this one address is what it lets through.
const policy = globalThis.trustedTypes?.createPolicy("pages", {
  createScriptURL: (url) => {
    if (url !== "sw.js") throw new TypeError("only the page's own service worker");
    return url;
  },
});

/** Makes the page work without network from now on; `whenNew` is called with a function that takes the new version in use. */
export async function install(whenNew = () => {}) {
  if (!("serviceWorker" in navigator)) return null; // no secure context: the page works, but needs its network
  const registration = await navigator.serviceWorker.register(policy ? policy.createScriptURL("sw.js") : "sw.js");
  const told = () => {
    if (registration.waiting && navigator.serviceWorker.controller) whenNew(() => registration.waiting?.postMessage("take over"));
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", told));
  told();
  return registration;
}
