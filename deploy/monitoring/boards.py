"""Grafana's boards, from here: `make boards` writes dashboards/*.json anew. Each panel is one line; Vietnamese first.

A test holds what is written to this file, and every name in a query to what running services tell.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "dashboards"
_WIDTH, _HEIGHT = 8, 7
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_RATE = "$__rate_interval"

Query = tuple[str, str]  # expression, legend


def panel(title: str, unit: str, *queries: Query, limit: float | None = None) -> dict[str, Any]:
    """A graph; ``limit`` is drawn as a red line."""
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if limit is not None:
        steps.append({"color": "red", "value": limit})
    return {"type": "timeseries", "title": title, "datasource": _SOURCE,
            "fieldConfig": {"overrides": [], "defaults": {
                "unit": unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"thresholdsStyle": {"mode": "off" if limit is None else "line"}}}},
            "targets": [{"refId": chr(65 + number), "expr": expression, "legendFormat": legend, "datasource": _SOURCE}
                        for number, (expression, legend) in enumerate(queries)]}


def quantile(share: float, metric: str, by: str) -> Query:
    """A quantile of a histogram."""
    names = ", ".join(filter(None, (by, "le")))
    label = f" {{{{{by}}}}}" if by else ""
    return f"histogram_quantile({share}, sum by ({names}) (rate({metric}_bucket[{_RATE}])))", f"p{share * 100:g}{label}"


def board(uid: str, title: str, *panels: dict[str, Any]) -> dict[str, Any]:
    """A board: three panels a row."""
    for number, each in enumerate(panels):
        each |= {"id": number + 1, "gridPos": {"x": number % 3 * _WIDTH, "y": number // 3 * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}}
    return {"uid": f"dossier-post-{uid}", "title": title, "tags": ["dossier-post"], "timezone": "Asia/Ho_Chi_Minh",
            "editable": False, "schemaVersion": 39, "version": 1, "refresh": "30s", "time": {"from": "now-6h", "to": "now"},
            "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}]},
            "annotations": {"list": []}, "panels": list(panels)}


def _promise(title: str, name: str, budget: float) -> dict[str, Any]:
    windows = ("5m", "1h", "6h", "3d")
    return panel(title, "percentunit", *((f"postal:{name}_broken:ratio_rate{each}", each) for each in windows), limit=budget)


BOARDS = {
    "doors": board(
        "doors", "Cửa và lời hứa / Doors and promises",
        _promise("Nộp hồ sơ không thành / filings that fail", "filing", 0.001),
        _promise("Hiện chậm hơn một giây / shown later than a second", "visibility", 0.01),
        _promise("Tra cứu không trả lời / look-ups that fail", "look_up", 0.001),
        panel("Lượt gọi mỗi giây / calls a second", "reqps",
              (f"sum by (service, door) (rate(postal_calls_total[{_RATE}]))", "{{service}} {{door}}")),
        panel("Lỗi của chúng ta / faults of ours", "reqps",
              (f'sum by (service, method, code) (rate(postal_calls_total{{fault="ours"}}[{_RATE}]))',
               "{{service}} {{method}} {{code}}")),
        panel("Từ chối theo lý do / refusals by reason", "reqps",
              (f"topk(10, sum by (service, reason) (rate(postal_refusals_total[{_RATE}])))", "{{service}} {{reason}}")),
        panel("Thời gian trả lời p50 / time to answer", "s", quantile(0.5, "postal_call_seconds", "method")),
        panel("Thời gian trả lời p99 / time to answer", "s", quantile(0.99, "postal_call_seconds", "method")),
        panel("Phần cửa đang dùng / share of the door in use", "percentunit",
              ("max by (service) (postal_calls_running / postal_calls_most)", "{{service}}"), limit=0.8),
        panel("Vòng lặp trễ p90 / event loop late", "s", quantile(0.9, "postal_event_loop_late_seconds", "instance"), limit=0.25),
        panel("CPU", "percentunit", (f'rate(process_cpu_seconds_total{{job="dossier-post"}}[{_RATE}])', "{{instance}}")),
        panel("Bộ nhớ / memory", "bytes", ('process_resident_memory_bytes{job="dossier-post"}', "{{instance}}")),
    ),
    "flow": board(
        "flow", "Dòng sự kiện / Facts on their way",
        panel("Sự kiện cũ nhất chưa chuyển / oldest unpublished fact", "s",
              ("max by (service) (postal_unpublished_age_seconds)", "{{service}}"), limit=60),
        panel("Nhóm đọc còn nợ / records not taken in", "short",
              ("sum by (group) (postal_consumer_lag_records)", "{{group}}"), limit=1000),
        panel("Từ ghi đến hiện / from record to shown", "s", quantile(0.5, "postal_visible_seconds", ""),
              quantile(0.99, "postal_visible_seconds", ""), limit=1),
        panel("Chuyển đi và đọc vào / published and taken in", "short",
              (f"sum by (service) (rate(postal_facts_published_total[{_RATE}]))", "→ {{service}}"),
              (f"sum by (group) (rate(postal_facts_consumed_total[{_RATE}]))", "{{group}} ←")),
        panel("Hồ sơ để riêng / filings set aside", "short", ("max by (group) (postal_parked_filings)", "{{group}}"),
              (f"sum by (group, reason) (increase(postal_facts_set_aside_total[{_RATE}]))", "+ {{group}} {{reason}}")),
        panel("Chờ chuyển / waiting for the log", "short", ("max by (service) (postal_relay_waiting)", "{{service}}")),
        panel("Ghi mỗi lần / writes in one commit", "short", quantile(0.5, "postal_commit_writes", "store"),
              quantile(0.99, "postal_commit_writes", "store")),
        panel("Thời gian ghi / time of a commit", "s", quantile(0.5, "postal_commit_seconds", "store"),
              quantile(0.99, "postal_commit_seconds", "store")),
        panel("Phần đang chạy / parts that answer", "short", ("min by (service, part) (postal_serving)", "{{service}} {{part}}")),
        panel("Vòng lặp hỏng / loops that failed", "short",
              (f"sum by (service, part) (increase(postal_loops_failed_total[{_RATE}]))", "{{service}} {{part}}"),
              (f"sum by (topic) (increase(postal_log_lost_total[{_RATE}]))", "lost {{topic}}")),
        panel("Đĩa còn trống / free disk", "percentunit",
              ("postal_disk_free_bytes / postal_disk_bytes", "{{instance}}"), limit=0.05),
        panel("Tuổi số đo / age of what is read from the store", "s",
              ("time() - max by (service) (postal_measured_time_seconds)", "{{service}}"), limit=300),
    ),
    "trade": board(
        "trade", "Hồ sơ / Dossiers",
        panel("Hồ sơ theo giai đoạn / dossiers by stage", "short", ("max by (stage) (postal_dossiers)", "{{stage}}")),
        panel("Trễ hạn theo chặng / overdue by leg", "short", ("max by (leg) (postal_overdue_dossiers)", "{{leg}}")),
        panel("Vào giai đoạn mỗi giờ / coming into a stage each hour", "short",
              ("sum by (stage) (increase(postal_dossiers_entered_total[1h]))", "{{stage}}")),
        panel("Lần quét theo kết quả / scans by outcome", "short",
              (f"sum by (outcome) (rate(postal_scans_total[{_RATE}]))", "{{outcome}}")),
        panel("Lần quét bị từ chối / scans refused", "short",
              ('sum by (reason) (increase(postal_scans_total{outcome=~"REFUSED|CONFLICT"}[1h]))', "{{reason}}")),
        panel("Đồng hồ máy quét lệch p90 / handhelds' clocks off", "s",
              quantile(0.9, "postal_device_clock_off_seconds", ""), limit=300),
    ),
}


def text(name: str) -> str:
    """A board's file."""
    return json.dumps(BOARDS[name], ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in BOARDS:
        (FOLDER / f"{name}.json").write_text(text(name), encoding="utf-8")
