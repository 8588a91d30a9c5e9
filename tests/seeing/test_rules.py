"""Every alert rings when it should and is silent when it should be, told by Prometheus' own `promtool test rules`."""

import re
import runpy
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from services.foundation.runtime import metrics
from tests.conftest import need

ROOT = Path(__file__).resolve().parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
FILES = sorted((MONITORING / "rules").glob("*.yaml"))
RULES = {path: [rule for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
         for path in FILES}
IN = {path: {rule["alert"] for rule in rules if "alert" in rule} for path, rules in RULES.items()}
ALERTS = {rule["alert"]: rule for rules in RULES.values() for rule in rules if "alert" in rule}


@dataclass(frozen=True)
class Case:
    """``series`` in promtool's notation, a sample ``every`` so often; at ``at`` the alert rings with ``labels``, or is silent if
    they are None."""

    name: str
    alert: str
    at: str
    series: dict[str, str]
    labels: dict[str, str] | None = field(default_factory=dict)
    value: str = ""
    every: str = "1m"


def _calls(method: str, well: str, broken: str) -> dict[str, str]:
    one = f'postal_calls_total{{service="s",door="grpc",method="{method}",'
    return {one + 'code="OK",fault=""}': well, one + 'code="UNAVAILABLE",fault="ours"}': broken}


def _shown(all_of_them: str, in_time: str) -> dict[str, str]:
    return {"postal_visible_seconds_count": all_of_them, 'postal_visible_seconds_bucket{le="1.0"}': in_time}


def _promise(alert: str, method: str) -> list[Case]:
    fast, slow, page = f"{alert}Fast", f"{alert}Slowly", "0+100x400"
    return [
        Case("one in twenty fails for an hour", fast, "65m", _calls(method, page, "0+5x70")),
        Case("one in a hundred fails for six hours", fast, "6h", _calls(method, page, "0+1x400")),
        Case("it is over since half an hour", fast, "100m", _calls(method, page, "0+5x60 300x60"), None),
        Case("one in a thousand fails", fast, "6h", _calls(method, page, "0+0.1x400"), None),
        Case("three of ten fail at night", fast, "65m", _calls(method, "0 1 2 3 4 5 6 7x100", "0 1 2 3x100"), None),
        Case("callers err", fast, "65m", {
            f'postal_calls_total{{service="s",door="grpc",method="{method}",code="NOT_FOUND",fault="caller"}}': page}, None),
        Case("one in two hundred fails for a day", slow, "1d", _calls(method, page, "0+0.5x200"), every="30m"),
        Case("two in a thousand fail for three days", slow, "3d", _calls(method, page, "0+0.2x200"), every="30m"),
        Case("one in two thousand fails", slow, "3d", _calls(method, page, "0+0.05x200"), None, every="30m"),
    ]


def _calls_of(service: str, **codes: str) -> dict[str, str]:
    return {f'postal_calls_total{{service="{service}",door="grpc",method="m",code="{code}",fault="x"}}': values
            for code, values in codes.items()}


_I, _S, _G = {"instance": "i"}, {"service": "intake"}, {"group": "tracking"}
_AT = 'instance="i",job="dossier-post"'
CASES = [
    *_promise("FilingBudgetBurns", "FileDossiers"), *_promise("LookUpBudgetBurns", "Track"),
    Case("a quarter is late for an hour", "VisibilityBudgetBurnsFast", "65m", _shown("0+100x70", "0+75x70")),
    Case("one in twenty is late", "VisibilityBudgetBurnsFast", "6h", _shown("0+100x400", "0+95x400"), None),
    Case("one in twenty is late for a day", "VisibilityBudgetBurnsSlowly", "1d", _shown("0+100x200", "0+95x200"), every="30m"),
    Case("one in two hundred is late", "VisibilityBudgetBurnsSlowly", "1d", _shown("0+100x200", "0+99.5x200"), None, every="30m"),
    Case("it does not answer", "ServiceDown", "5m", {f"up{{{_AT}}}": "1 0x9"}, {**_I, "job": "dossier-post"}),
    Case("it answers", "ServiceDown", "5m", {f"up{{{_AT}}}": "1x9"}, None),
    Case("four starts in half an hour", "ServiceRestarting", "30m", {
        f"process_start_time_seconds{{{_AT}}}": "1x5 2x5 3x5 4x5 5x15"}, {**_I, "job": "dossier-post"}),
    Case("a new version", "ServiceRestarting", "30m", {f"process_start_time_seconds{{{_AT}}}": "1x20 2x15"}, None),
    Case("one member has lost it", "StoreNotReady", "5m", {
        'postal_serving{service="intake",part="ready",instance="i"}': "1 0x9",
        'postal_serving{service="intake",part="ready",instance="j"}': "1x9"}, _S),
    Case("the log alone is away", "StoreNotReady", "5m", {'postal_serving{service="intake",part="log"}': "0x9",
                                                          'postal_serving{service="intake",part="ready"}': "1x9"}, None),
    Case("away", "LogNotReachable", "5m", {'postal_serving{service="intake",part="log"}': "0x9"}, _S),
    Case("away for a moment", "LogNotReachable", "5m", {'postal_serving{service="intake",part="log"}': "1x2 0 1x9"}, None),
    Case("nearly full", "DoorSaturated", "10m", {'postal_calls_running{service="intake",instance="i"}': "240x20",
                                                 'postal_calls_most{service="intake",instance="i"}': "256x20"}, {**_S, **_I}),
    Case("busy", "DoorSaturated", "10m", {'postal_calls_running{service="intake",instance="i"}': "100x20",
                                          'postal_calls_most{service="intake",instance="i"}': "256x20"}, None),
    Case("half a second", "EventLoopLate", "20m", {
        f'postal_event_loop_late_seconds_bucket{{instance="i",le="{le}"}}': f"0+{n}x30"
        for le, n in (("0.25", 10), ("0.5", 100), ("+Inf", 120))}, _I),
    Case("twenty milliseconds", "EventLoopLate", "20m", {
        f'postal_event_loop_late_seconds_bucket{{instance="i",le="{le}"}}': f"0+{n}x30"
        for le, n in (("0.025", 118), ("0.25", 120), ("+Inf", 120))}, None),
    Case("the first of all", "InternalErrors", "5m", _calls_of("intake", INTERNAL="0x3 1x9"), _S),
    Case("an hour ago", "InternalErrors", "70m", _calls_of("intake", INTERNAL="0x3 1x90"), None),
    Case("five in five minutes", "LoopsFailing", "10m", {
        'postal_loops_failed_total{service="intake",part="Relay"}': "0 1 2 3 4 5x9"}, {**_S, "part": "Relay"}),
    Case("once", "LoopsFailing", "10m", {'postal_loops_failed_total{service="intake",part="Relay"}': "0 1x20"}, None),
    Case("every second", "TokensRefused", "20m", _calls_of("intake", OK="0+60x30", UNAUTHENTICATED="0+60x30"), _S),
    Case("a tired clerk", "TokensRefused", "20m", _calls_of("intake", OK="0+60x30", UNAUTHENTICATED="0+1x30"), None),
    *(Case(f"{free} of a hundred free", alert, "20m", {f"postal_disk_free_bytes{{{_AT}}}": f"{free}x30",
                                                      f"postal_disk_bytes{{{_AT}}}": "100x30"}, labels)
      for alert, free, labels in (("DiskFillingUp", 15, {**_I, "job": "dossier-post"}), ("DiskFillingUp", 25, None),
                                  ("DiskNearlyFull", 4, {**_I, "job": "dossier-post"}), ("DiskNearlyFull", 15, None))),
    Case("not read any more", "MeasuresStale", "10m", {'postal_measured_time_seconds{service="intake"}': "0 60x20"}, _S),
    Case("read each minute", "MeasuresStale", "10m", {'postal_measured_time_seconds{service="intake"}': "0+60x20"}, None),
    Case("two minutes old", "RelayStuck", "5m", {'postal_unpublished_age_seconds{service="intake"}': "0 60 120x9"}, _S),
    Case("two seconds old", "RelayStuck", "5m", {'postal_unpublished_age_seconds{service="intake"}': "2x9"}, None),
    Case("behind for a quarter of an hour", "ConsumerLagging", "15m", {
        f'postal_consumer_lag_records{{group="tracking",instance="{each}"}}': "900x30" for each in "ij"}, _G),
    Case("a batch has come", "ConsumerLagging", "15m", {'postal_consumer_lag_records{group="tracking"}': "0x10 5000x3 0x9"}, None),
    Case("nothing moves", "ConsumerStalled", "15m", {'postal_consumer_lag_records{group="tracking"}': "7x30",
                                                     'postal_facts_consumed_total{group="tracking"}': "50x30"}, _G),
    Case("it moves", "ConsumerStalled", "15m", {'postal_consumer_lag_records{group="tracking"}': "7x30",
                                                'postal_facts_consumed_total{group="tracking"}': "0+9x30"}, None),
    Case("nothing is there", "ConsumerStalled", "15m", {'postal_consumer_lag_records{group="tracking"}': "0x30",
                                                        'postal_facts_consumed_total{group="tracking"}': "50x30"}, None),
    Case("two of them", "FilingsParked", "10m", {f'postal_parked_filings{{group="tracking",instance="{each}"}}': "2x20"
                                                 for each in "ij"}, _G, "2"),
    Case("none", "FilingsParked", "10m", {'postal_parked_filings{group="tracking"}': "0x20"}, None),
    Case("once", "LogLostRecords", "10m", {'postal_log_lost_total{topic="t"}': "0x3 1x20"}, {"topic": "t"}),
    Case("long ago", "LogLostRecords", "90m", {'postal_log_lost_total{topic="t"}': "1x100"}, None),
    Case("twice yesterday's", "OverdueRising", "30h", {'postal_overdue_dossiers{leg="INBOUND"}': "30x50 60x20"},
         {"leg": "INBOUND"}, every="30m"),
    Case("as yesterday", "OverdueRising", "30h", {'postal_overdue_dossiers{leg="INBOUND"}': "30x70"}, None, every="30m"),
    Case("few", "OverdueRising", "30h", {'postal_overdue_dossiers{leg="INBOUND"}': "3x50 9x20"}, None, every="30m"),
    Case("one in ten", "ScansRefusedRising", "40m", {
        'postal_scans_total{outcome="APPLIED",reason=""}': "0+90x60",
        'postal_scans_total{outcome="REFUSED",reason="PARCEL_CODE_CHECK"}': "0+10x60"}),
    Case("one in a hundred", "ScansRefusedRising", "40m", {
        'postal_scans_total{outcome="APPLIED",reason=""}': "0+99x60",
        'postal_scans_total{outcome="REFUSED",reason="PARCEL_CODE_CHECK"}': "0+1x60"}, None),
    Case("one in ten", "DeviceClocksWrong", "90m", {"postal_device_clock_off_seconds_count": "0+10x100",
                                                   'postal_device_clock_off_seconds_bucket{le="300.0"}': "0+9x100"}),
    Case("one in fifty", "DeviceClocksWrong", "90m", {"postal_device_clock_off_seconds_count": "0+10x100",
                                                     'postal_device_clock_off_seconds_bucket{le="300.0"}': "0+9.8x100"}, None),
]


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    need("prometheus", None if shutil.which("promtool") else "no promtool on PATH")
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=100)


def told(case: Case) -> dict[str, Any]:
    """The case as promtool reads it."""
    rule, rings = ALERTS[case.alert], []
    if case.labels is not None:
        known = {"value": case.value, **{f"labels.{name}": value for name, value in case.labels.items()}}
        texts = {name: re.sub(r"\{\{ \$([\w.]+) \}\}", lambda found: known[found[1]], text)
                 for name, text in rule["annotations"].items()}
        rings = [{"exp_labels": {**rule["labels"], **case.labels}, "exp_annotations": texts}]
    return {"name": f"{case.alert}: {case.name}", "interval": case.every,
            "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
            "alert_rule_test": [{"eval_time": case.at, "alertname": case.alert, "exp_alerts": rings}]}


def test_every_alert_has_a_case_that_rings_and_one_that_is_silent() -> None:
    assert len(ALERTS) > 20
    assert {case.alert for case in CASES if case.labels is not None} == set(ALERTS)
    assert {case.alert for case in CASES if case.labels is None} == set(ALERTS)


def judged(folder: Path, path: Path, cases: list[Case]) -> subprocess.CompletedProcess[str]:
    """What promtool says of cases, all of one file and one interval."""
    tests = folder / "tests.yaml"
    tests.write_text(yaml.safe_dump({"rule_files": [str(path)], "evaluation_interval": cases[0].every,
                                     "tests": [told(case) for case in cases]}, allow_unicode=True), encoding="utf-8")
    return promtool("test", "rules", str(tests))


@pytest.mark.parametrize("every", ["1m", "30m"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_alert_rings_when_it_should_and_else_is_silent(path: Path, every: str, tmp_path: Path) -> None:
    cases = [case for case in CASES if case.alert in IN[path] and case.every == every]
    if not cases:
        assert (path.stem, every) == ("operation", "30m")
        return
    done = judged(tmp_path, path, cases)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_case_that_is_wrong_is_found(tmp_path: Path) -> None:
    wrong = Case("the other way round", "RelayStuck", "5m", {'postal_unpublished_age_seconds{service="intake"}': "2x9"}, _S)

    assert judged(tmp_path, MONITORING / "rules" / "operation.yaml", [wrong]).returncode != 0


def test_the_configuration_is_one_that_prometheus_takes() -> None:
    done = promtool("check", "config", str(MONITORING / "prometheus.yaml"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout


@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_names_its_runbook(name: str) -> None:
    rule = ALERTS[name]
    kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()

    assert rule["annotations"]["runbook"] == f"docs/runbooks/{kebab}.md"
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_the_boards_are_what_their_file_says() -> None:
    made = runpy.run_path(str(MONITORING / "boards.py"))

    assert {path.stem for path in (MONITORING / "dashboards").iterdir()} == set(made["BOARDS"])
    for name, board in made["BOARDS"].items():
        assert (MONITORING / "dashboards" / f"{name}.json").read_text(encoding="utf-8") == made["text"](name), "say `make boards`"
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
        assert len(set(places)) == len(places)
        assert all(" / " in panel["title"] or panel["title"] == "CPU" for panel in board["panels"])


def test_the_list_of_metrics_is_that_of_the_code() -> None:
    page = (ROOT / "docs" / "seeing.md").read_text(encoding="utf-8")
    kept = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    names = [each._name + ("_total" if each._type == "counter" else "") for each in kept]

    assert [line for line in page.splitlines() if line.startswith("| `postal_")] == [
        f"| `{name}` | {each._type} | {', '.join(each._labelnames)} | {each._documentation} |"
        for name, each in zip(names, kept, strict=True)]
