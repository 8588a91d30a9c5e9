"""What a local Kafka keeps of java's classes: made once, and a disk that cuts it off does not keep the broker from starting."""

from pathlib import Path

import pytest

from services.foundation.localservers import kafka, process
from tests.conftest import need


def started(home: Path) -> None:
    port = process.free_port()
    process.stop(kafka.start(port, home))


def test_the_archive_is_made_once_and_one_that_was_cut_off_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("kafka", kafka.missing())
    stop = process.stop
    jars = kafka.libraries()
    monkeypatch.setattr(kafka, "libraries", lambda: jars)
    monkeypatch.setattr(kafka, "cache", lambda name="": tmp_path / "cut")

    def cut_off(pid: int, within_s: float = 20) -> None:
        stop(pid, within_s)
        for fresh in (tmp_path / "cut").glob("*.new"):
            content = fresh.read_bytes()
            fresh.unlink()
            fresh.write_bytes(content[:len(content) // 2])

    monkeypatch.setattr(process, "stop", cut_off)
    started(tmp_path / "one")
    assert [path.stat().st_size for path in (tmp_path / "cut").glob("*.jsa")] == [0]

    monkeypatch.setattr(process, "stop", stop)
    monkeypatch.setattr(kafka, "cache", lambda name="": tmp_path / "whole")
    started(tmp_path / "two")
    [made] = (tmp_path / "whole").glob("*.jsa")
    born = made.stat().st_mtime_ns
    started(tmp_path / "three")

    assert made.stat().st_size > 10_000_000
    assert made.stat().st_mtime_ns == born
    assert list((tmp_path / "whole").glob("*.new")) == []
