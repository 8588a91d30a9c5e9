"""What scripts rely on: the fields of each report, its exit code, and that a dry run of any command changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.admin import console
from services.admin.__main__ import app
from services.admin.console import Report, Steps
from services.registry.loading import DATA
from tests.admin.worlds import World

ALWAYS = {"command", "ok", "dry_run"}
# command, of which {whole} and {home} are filled in -> the fields it has beside those that all have
FIELDS = {
    "verify": {"facts", "streams", "rows", "parked", "seconds", "facts_per_second", "found", "findings"},
    "rebuild tracking --dry-run": {"projection", "service", "views", "facts", "left_out"},
    "republish --topic postal.dossiers.v1 --dry-run": {"topic", "subjects", "facts"},
    "republish --dossier {whole} --dry-run": {"filing_id", "subjects", "facts"},
    "parked list": {"count", "parked"},
    "backup {home}/b --dry-run": {"folder", "moment", "streams", "facts", "private", "bytes", "parts", "went_on", "broken_streams",
                                  "keys_needed"},
    "export {whole} --file {home}/a.zip --dry-run": {"filing_id", "file", "streams", "facts", "signed", "private", "opened"},
    "erase {whole} --reason CITIZEN_ASKED --dry-run": {"filing_id", "erased", "parts"},
    f"load-registry {DATA} --effective 2099-01-01 --dry-run": {"folder", "effective_date", "version", "changed", "changes"},
}


@pytest.mark.parametrize("line", FIELDS)
def test_a_report_has_the_fields_it_always_had_and_a_dry_run_changes_nothing(one_file: World, tmp_path: Path, line: str) -> None:
    before, words = one_file.state(), line.format(whole=one_file.whole, home=tmp_path).split()
    code, report = one_file.admin(*words)
    shown = CliRunner().invoke(app, words, env=one_file.environment)

    assert code == 0
    assert report.keys() == ALWAYS | FIELDS[line]
    assert report["dry_run"] is ("--dry-run" in words)
    assert shown.exit_code == 0
    assert shown.stdout.rstrip().endswith("ok")
    assert ("nothing was changed" in shown.stdout) is report["dry_run"]
    assert one_file.state() == before
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_an_error_is_one_line_with_a_stable_reason_in_words_and_as_json(one_file: World) -> None:
    said = CliRunner().invoke(app, ["rebuild", "nothing"], env=one_file.environment)
    code, report = one_file.admin("rebuild", "nothing")

    assert (code, report["ok"], report["reason"]) == (2, False, "PROJECTION_UNKNOWN")
    assert said.stderr.startswith("PROJECTION_UNKNOWN: projection: name one of intake-parcels, intake-list")
    assert said.stdout == ""


def test_a_fault_of_ours_is_told_by_file_and_line_and_never_by_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    async def work(_: Steps) -> Report:
        raise KeyError("Nguyễn Thị Ánh Tuyết")

    assert console.carried_out(work, as_json=True) == 5
    assert "KeyError at test_reports.py:" in capsys.readouterr().err


def test_a_report_of_something_found_ends_with_one_and_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    async def work(_: Steps) -> Report:
        found: list[dict[str, Any]] = [{"kind": "GAP", "where": "dossiers/[x]", "sequence": 2}]
        return Report("verify", ok=False, listed="findings", facts={"facts": 12345, "findings": found})

    assert console.carried_out(work, as_json=False) == 1
    words = capsys.readouterr().out
    assert "facts: 12,345" in words
    assert "dossiers/[x]" in words
    assert console.carried_out(work, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["sequence"] == 2
