"""Prometheus as `make up` brings it along: it reads our processes, with our rules."""

import asyncio
import json
import shutil
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from services.foundation.localservers import process, prometheus
from tests.conftest import need
from tests.journeys import systems

from .test_rules import ALERTS


def asked(port: int, path: str, **query: str) -> Any:
    """What its API says."""
    url = f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())["data"]


def until(port: int, query: str) -> list[Any]:
    """The samples of a query, once there are any."""
    deadline = time.monotonic() + 60
    while not (found := asked(port, "query", query=query)["result"]):
        assert time.monotonic() < deadline, (query, asked(port, "targets"))
        time.sleep(0.2)
    return list(found)


async def test_it_reads_what_runs_and_judges_by_our_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("prometheus", prometheus.missing())
    ours = tmp_path / "ours"  # as it is, but for how often it looks: nobody learns more by waiting
    shutil.copytree(prometheus.CONFIG, ours)
    config = (ours / "prometheus.yaml").read_text(encoding="utf-8")
    assert config.count("_interval: 15s") == 2
    (ours / "prometheus.yaml").write_text(config.replace("_interval: 15s", "_interval: 1s"), encoding="utf-8")
    monkeypatch.setattr(prometheus, "CONFIG", ours)
    port = process.free_port()
    async with systems.embedded(tmp_path, metrics=True) as system:
        gone = process.free_port()
        pid = await asyncio.to_thread(prometheus.start, port, tmp_path / "prometheus", [system.metrics["everything"], gone])
        try:
            up = await asyncio.to_thread(until, port, 'up{job="dossier-post"} == 1')
            serving = await asyncio.to_thread(until, port, 'sum(postal_serving{part="ready"})')
            down = await asyncio.to_thread(until, port, 'ALERTS{alertname="ServiceDown"}')
            rules = asked(port, "rules")
        finally:
            await asyncio.to_thread(process.stop, pid)

    assert [each["metric"]["instance"] for each in up] == [f"127.0.0.1:{system.metrics['everything']}"]
    assert [each["value"][1] for each in serving] == ["3"]
    assert [each["metric"]["instance"] for each in down] == [f"127.0.0.1:{gone}"]
    assert {rule["name"] for group in rules["groups"] for rule in group["rules"] if rule["type"] == "alerting"} == set(ALERTS)
    assert [rule["name"] for group in rules["groups"] for rule in group["rules"] if rule["health"] == "err"] == []
