// The handheld's own storing code for a test that needs thirty days of scans: same origin, same database, no screen.
import { keepActs, load } from "../../../services/courier/handheld/context.js";

const app = await load();

/** Stores a scan of each of ``scans``: [code, ms by the device's clock, mode, activity], through what every scan goes through. */
globalThis.keepScans = async (scans) => {
  for (let from = 0; from < scans.length; from += 500) {
    await keepActs(app, scans.slice(from, from + 500).map(([parcelCode, at, mode, activity]) => ({
      told: "kept", entry: { at, operator: app.person, officeCode: app.device.place, mode, parcels: [{ parcelCode }], scan: { activity } },
    })));
  }
};
document.documentElement.dataset.ready = "yes";
