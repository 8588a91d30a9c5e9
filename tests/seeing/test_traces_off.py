"""Who asks for no traces has none: nothing of OpenTelemetry is imported, nothing is wrapped."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.foundation import trace
from services.foundation.errors import Invalid
from services.foundation.runtime import settings, wiring


def test_without_traces_nothing_of_them_is_imported(tmp_path: Path) -> None:
    code = ("import asyncio, pathlib, sys; from services.foundation.runtime import settings, wiring\n"
            "async def main():\n"
            "    chosen = settings.Settings(store='memory:', intake_port=0, courier_port=0, tracking_port=0, http_port=0,"
            " keys_dir=pathlib.Path(sys.argv[1]))\n"
            "    async with wiring.running(('intake', 'courier', 'tracking'), chosen) as found:\n"
            "        print(type(found.log).__name__, type(found.stores['intake'].streams).__name__,"
            " [name for name in sys.modules if name.startswith('opentelemetry')])\n"
            "asyncio.run(main())")
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.strip() == "MemoryEventLog MemoryStreams []", done.stderr


async def test_who_asks_for_traces_without_their_packages_is_told_what_to_install(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delitem(sys.modules, "services.foundation.runtime.spans", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.context", None)
    chosen = settings.Settings(store="memory:", keys_dir=tmp_path, traces="http://127.0.0.1:4317")
    with pytest.raises(Invalid) as refused:
        async with wiring.running(("intake",), chosen):
            pass

    assert refused.value.reason == "TRACING_MISSING"
    assert "requirements/tracing.txt" in refused.value.message


@pytest.mark.parametrize("given", ["", "00-123", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "x" * 4000,
                                   "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"])
def test_what_is_no_traceparent_is_replaced_by_one_of_ours(given: str) -> None:
    made = trace.begun(given)

    assert made not in (given, trace.begun(given))
    assert trace.is_own(made)
    assert trace.begun(made) == made


def test_a_callers_traceparent_is_kept_and_its_flag_decides_nothing() -> None:
    told = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-"

    assert trace.begun(told + "01") == trace.begun(told + "00") == told + "00"
    assert not trace.is_own(told + "00")
    assert trace.id_of(told + "00") == told[3:35]


def test_settings_name_a_collector_and_a_share() -> None:
    read = settings.read({"POSTAL_TRACES": "http://collector:4317", "POSTAL_TRACES_SHARE": "0.25"})
    assert (read.traces, read.traces_share) == ("http://collector:4317", 0.25)
    for wrong in ({"POSTAL_TRACES": "collector:4317"}, {"POSTAL_TRACES_SHARE": "2"}, {"POSTAL_TRACES_SHARE": "much"}):
        with pytest.raises(Invalid) as refused:
            settings.read(wrong)
        assert next(iter(wrong)) in refused.value.message
