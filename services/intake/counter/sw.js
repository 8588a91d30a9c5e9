import "../../foundation/pages/offline.js";
