// The service worker of a page that works without network: import it from the page's own sw.js.
//
// The build tells PRECACHE, every file of the page, and VERSION, their hash. A new version is fetched whole or not at all, and
// takes over once no tab shows the old one, or at once when the page sends "take over". Calls to the door are never touched.

/* global PRECACHE, VERSION */
const scope = new URL(self.registration.scope);
const mine = VERSION.slice(0, VERSION.lastIndexOf("-") + 1); // pages of one address share its caches

async function fetchAll() {
  const cache = await caches.open(VERSION);
  // What carries a hash in its name may come from the browser's own cache; the rest must be today's.
  await cache.addAll(PRECACHE.map((path) => new Request(path, { cache: path.startsWith("assets/") ? "default" : "reload" })));
}

async function dropOld() {
  for (const name of await caches.keys()) {
    if (name.startsWith(mine) && name !== VERSION) await caches.delete(name);
  }
  await self.clients.claim();
}

async function kept(request) {
  const cache = await caches.open(VERSION);
  return (await cache.match(request.mode === "navigate" ? scope.href : request, { ignoreSearch: true })) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(fetchAll()));
self.addEventListener("activate", (event) => event.waitUntil(dropOld()));
self.addEventListener("message", (event) => event.data === "take over" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(scope.href)) event.respondWith(kept(event.request));
});
