// The views by name. Each is fetched when it is first shown; the service worker has them all.

export const VIEWS = {
  file: () => import("./views/filing.js"),
  done: () => import("./views/done.js"),
  today: () => import("./views/today.js"),
  dossier: () => import("./views/dossier.js"),
  waiting: () => import("./views/waiting.js"),
  bulk: () => import("./views/bulk.js"),
  closing: () => import("./views/closing.js"),
};
