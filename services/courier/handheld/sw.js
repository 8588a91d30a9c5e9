// The handheld's service worker: every file of the page, the camera's reader included, is kept at the first visit.
import "../../foundation/pages/offline.js";
