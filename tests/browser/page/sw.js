import "../../../services/foundation/pages/offline.js";
