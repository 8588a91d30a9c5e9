"""One SQLite file and those who get in each other's way on it."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from services.foundation.adapters.sqlite import SqliteStore, file
from services.foundation.errors import Refused
from tests.builders import an_append

_WAL_AT_REST = 64 * 1024 * 1024


def _start_services(store: Path, keys: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run((sys.executable, "-m", "services"), capture_output=True, text=True, check=False, timeout=60, env={
        "POSTAL_STORE": f"sqlite:{store}", "POSTAL_KEYS_DIR": str(keys), "PYTHONPATH": ":".join(sys.path)})


async def test_c12_a_second_process_on_the_same_file_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "postal.sqlite"
    async with SqliteStore(store):
        with pytest.raises(Refused) as refusal:
            async with SqliteStore(store):
                pytest.fail("it was opened twice")
        done = await asyncio.to_thread(_start_services, store, tmp_path / "keys")

    assert refusal.value.reason == "STORE_IN_USE"
    assert done.returncode == 1
    assert done.stderr.startswith("STORE_IN_USE: POSTAL_STORE:")
    assert len(done.stderr.splitlines()) == 1


async def test_c11_a_long_reader_stops_no_writer_and_the_log_is_used_again_when_it_has_gone(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "_CHECKPOINT_EVERY", 50)
    store, wal = tmp_path / "postal.sqlite", tmp_path / "postal.sqlite-wal"
    async with SqliteStore(store) as opened:
        streams = opened.streams("intake")
        await streams.append(an_append("dossiers/before"))
        reader = sqlite3.connect(f"file:{store}?mode=ro", uri=True, isolation_level=None)
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM facts").fetchone() == (1,)
        for number in range(400):
            await streams.append(an_append(f"dossiers/{number}", private=b"x" * 4000))
        assert reader.execute("SELECT count(*) FROM facts").fetchone() == (1,), "it sees what it began with"
        grown = wal.stat().st_size
        reader.close()
        for number in range(400, 600):
            await streams.append(an_append(f"dossiers/{number}", private=b"x" * 4000))

        assert grown < _WAL_AT_REST
        assert wal.stat().st_size <= grown * 1.2, "after the reader's end a checkpoint lets the log begin at its start again"
        assert len(await streams.read("dossiers/599")) == 1
