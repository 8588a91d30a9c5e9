"""What operators and supervisors see of real processes, scraped, read and collected; and what nobody must see."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from .conftest import CANARIES, PARENT, TRACE, Seen
from .test_rules import RULES

ROOT = Path(__file__).resolve().parents[2]


def test_each_door_tells_rate_errors_time_and_how_full_it_is(seen: Seen) -> None:
    calls = "postal_calls_total"
    assert seen.value(calls, door="grpc", method="FileDossier", code="OK", fault="") == 2
    assert seen.value(calls, door="grpc", method="FileDossier", code="INVALID_ARGUMENT", fault="caller") == 2
    assert seen.value(calls, door="json", method="FileDossier", code="OK") == 1
    assert seen.value(calls, door="json", method="FileDossier", code="PERMISSION_DENIED", fault="caller") == 1
    assert seen.value(calls, door="json", method="unknown", code="UNIMPLEMENTED") == 1
    assert seen.value(calls, door="page", method="Track", code="OK") == 2
    assert seen.value(calls, door="page", method="Track", code="INVALID_ARGUMENT", fault="caller") == 1
    assert seen.value(calls, fault="ours") == 0
    assert seen.value("postal_refusals_total", method="FileDossier", reason="WEIGHT_WRONG") == 1
    assert seen.value("postal_refusals_total", door="json", reason="ORIGIN_FOREIGN") == 1
    assert seen.value("postal_refusals_total", door="grpc", reason="TOKEN_MALFORMED") == 1
    assert seen.value("postal_call_seconds_count", door="grpc", method="FileDossier") == 4
    assert seen.value("postal_calls_running") == 0
    assert seen.value("postal_calls_most") == 3 * 256
    assert seen.value("postal_event_loop_late_seconds_count") > 2


def test_what_is_written_carried_and_taken_in_is_told(seen: Seen) -> None:
    assert seen.value("postal_commit_writes_count") > 20
    assert seen.value("postal_commit_writes_sum") >= seen.value("postal_commit_writes_count")
    assert seen.value("postal_commit_seconds_count") == seen.value("postal_commit_writes_count")
    assert seen.value("postal_facts_published_total", service="intake") > 10
    assert seen.value("postal_facts_consumed_total", group="tracking") > 40
    assert seen.value("postal_visible_seconds_count") > 40
    assert seen.value("postal_unpublished_age_seconds") == 0
    assert seen.value("postal_parked_filings") == 0
    assert seen.value("postal_serving") == 6
    assert seen.value("postal_measured_time_seconds") > 0


def test_supervisors_see_stages_and_scans_and_training_is_left_out(seen: Seen) -> None:
    assert seen.value("postal_dossiers", stage="RECEIVED_BY_POST") == 1
    assert seen.value("postal_dossiers") == 1  # one is done, one is the load tester's
    assert seen.value("postal_overdue_dossiers") == 0
    assert seen.value("postal_dossiers_entered_total", stage="RECEIVED_BY_POST") == 2
    assert seen.value("postal_dossiers_entered_total", stage="DONE") == 1
    assert seen.value("postal_scans_total", outcome="REFUSED", reason="PARCEL_CODE_MALFORMED") == 1
    assert seen.value("postal_scans_total", outcome="APPLIED") > 5
    assert seen.value("postal_device_clock_off_seconds_count") == 1
    assert seen.value("postal_device_clock_off_seconds_bucket", le="300.0") == 0


def test_no_label_holds_a_code_a_place_or_a_person(seen: Seen) -> None:
    values = {value for text in seen.scrapes.values() for family in text_string_to_metric_families(text)
              for sample in family.samples for name, value in sample.labels.items() if name != "le"}
    told = {code for codes in seen.codes.values() for code in codes}

    assert len(values) < 200
    assert not values & told
    assert not [value for value in values if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*|[0-9.]*", value)]


def test_nothing_of_a_person_is_in_a_log_a_metric_or_a_trace(seen: Seen) -> None:
    found = [(name, word) for name, text in seen.texts.items() for word in CANARIES if word.encode() in text]
    leading = [(name, code) for name, text in seen.texts.items() for code in seen.codes["tracking"] if code.encode() in text]

    assert all(b"FileDossier" in seen.texts[name] for name in seen.texts if "courier" not in name and "tracking" not in name)
    assert len(seen.texts) == 2 * len(seen.scrapes) + 1, "each process's log and metrics, and the spans"
    assert not found
    assert not leading, "a tracking code leads to a dossier"


def test_each_request_is_one_line_with_its_correlation(seen: Seen) -> None:
    calls = [line for line in seen.lines if line["event"] == "call"]
    told = {name: sum(line["method"] == name for line in calls) for name in ("FileDossier", "FileDossiers", "UploadBundle")}

    assert told == {"FileDossier": 2 + 2 + 3, "FileDossiers": 1, "UploadBundle": 1}
    assert all(re.fullmatch("[0-9a-f]{32}", line["trace"]) and line["ms"] >= 0 for line in calls)
    assert [line["method"] for line in calls if line["trace"] == TRACE] == ["FileDossier"]
    assert [line["reason"] for line in calls if line["method"] == "ListProcedures"] == ["TOKEN_MALFORMED"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in seen.lines)


def test_one_trace_holds_the_whole_way_from_the_clerks_call_to_what_is_shown(seen: Seen) -> None:
    mine = [span for span in seen.spans if span.trace == TRACE]
    call = next(span for span in mine if span.name == "postal.intake.v1.IntakeService/FileDossier")
    steps = [span for span in mine if span is not call]
    names = [span.name for span in steps]

    assert call.parent == PARENT, "the clerk's own system has a span before it"
    assert {"append", "relay postal.dossiers.v1", "take in courier-dossiers", "take in intake-list", "relay postal.parcels.v1",
            "take in courier-list", "take in tracking"} <= set(names)
    assert names.count("take in tracking") >= 2, "the dossier, and its parcel"
    assert {span.parent for span in steps} == {call.id}
    assert {span.attributes["postal.filing"] for span in steps if "postal.filing" in span.attributes} == {seen.codes["filing"][0]}


def test_what_is_done_for_many_at_once_is_a_span_of_its_own_with_links(seen: Seen) -> None:
    batches = [span for span in seen.spans if span.name.endswith(": batch")]
    names = {span.id: span.trace for span in batches}

    assert all(not span.parent and len(span.links) == span.attributes["postal.traces"] > 1 for span in batches)
    assert all(link in names.values() for span in seen.spans for link in span.links if span not in batches)


def test_every_name_in_a_rule_or_a_board_is_told_by_what_runs(seen: Seen) -> None:
    told = {sample.name for text in seen.scrapes.values() for family in text_string_to_metric_families(text)
            for sample in family.samples} | {str(rule.get("record")) for rules in RULES.values() for rule in rules}
    boards = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "deploy/monitoring/dashboards").glob("*.json"))
    rules = "".join(rule["expr"] for rules in RULES.values() for rule in rules)
    used = re.findall(r"\b(?:postal|process)[_:][a-z0-9_:]+", boards + rules)
    if "everything" not in seen.scrapes:  # the disk of MongoDB is MongoDB's to tell
        used = [name for name in used if not name.startswith("postal_disk")]

    assert len(set(used)) > 30
    assert set(used) - told == set()
