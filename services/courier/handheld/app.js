// The handheld page: puts the badge on and lists the parcels at hand.
import { putOn, worn } from "../../foundation/pages/badge.js";
import { call } from "../../foundation/pages/door.js";
import { install } from "../../foundation/pages/install.js";

const at = (id) => document.getElementById(id);

async function show() {
  const badge = worn();
  at("enter").hidden = badge !== null;
  at("who").hidden = badge === null;
  if (!badge) return at("token").focus();
  at("who").textContent = `${badge.person} · ${badge.place} · đến ${badge.ends.toLocaleTimeString("vi", { hour: "2-digit", minute: "2-digit" })}`;
  try {
    const { parcels } = await call("postal.courier.v1.CourierService", "ListParcels", {}, badge);
    at("list").replaceChildren(...parcels.map(({ parcelCode }) => Object.assign(document.createElement("li"), { textContent: parcelCode })));
    at("told").textContent = `${parcels.length} bưu gửi`;
  } catch (problem) {
    at("told").textContent = `Chưa lấy được danh sách, chưa có gì bị mất. Mời thử lại. (${problem.reason})`;
  }
}

at("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  if (putOn(at("token").value)) show();
  else at("told").textContent = "Mã đăng nhập không đúng.";
});
show();
install();
