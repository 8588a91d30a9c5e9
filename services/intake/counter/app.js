// The counter page: puts the badge on and lists today's procedures.
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
    const { procedures } = await call("postal.intake.v1.IntakeService", "ListProcedures", { pageSize: 20 }, badge);
    at("list").replaceChildren(...procedures.map(({ code, name }) => Object.assign(document.createElement("li"), { textContent: `${code} ${name}` })));
    at("told").textContent = `${procedures.length} thủ tục`;
  } catch (problem) {
    at("told").textContent = `Chưa lấy được danh mục, chưa có gì bị mất. Mời thử lại. (${problem.reason})`;
  }
}

at("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  if (putOn(at("token").value)) show();
  else at("told").textContent = "Mã đăng nhập không đúng.";
});
show();
install();
