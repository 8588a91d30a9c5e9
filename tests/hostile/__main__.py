"""`make fuzz SECONDS=60 SEED=1`: any bytes at every door, led by the code they reach; writes out/fuzz.json; exit code 1 on a find.

The fuzzer runs in a process of its own, so that one that dies or stands still leaves the input it had at hand as the finding.
`python -m tests.hostile --replay out/fuzz.json` sends every finding of a file again, alone and then after what came before it.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .corpus import Input
from .fuzz import Fuzzer, Plan
from .world import a_world

OUT, AT_HAND = Path("out/fuzz.json"), Path("out/fuzz.at-hand")
_STANDS_STILL_S, _LOOK_S = 40.0, 0.5


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _written_down() -> Callable[[Input], None]:
    """Writes each input to the file at hand: what was written outlives the process that wrote it."""
    file = os.open(AT_HAND, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

    def write(given: Input) -> None:
        os.pwrite(file, json.dumps(given.as_record()).encode() + b"\n", 0)

    return write


def explore(seed: int, seconds: float) -> int:
    """The run itself, in the inner process."""
    report = asyncio.run(Fuzzer(Plan(seed=seed, seconds=seconds), at_hand=_written_down(), tell=_say).run())
    OUT.write_text(json.dumps({"seed": seed, **report.as_record()}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if report.findings else 0


def watch_over(seed: int, seconds: float) -> int:
    """Starts the run and sees it end; a death or a standstill becomes a finding."""
    OUT.parent.mkdir(exist_ok=True)
    OUT.unlink(missing_ok=True)
    AT_HAND.write_bytes(b"")
    inner = subprocess.Popen([sys.executable, "-m", "tests.hostile", "--inner", "--seed", str(seed), "--seconds", str(seconds)])
    wrong = ""
    while inner.poll() is None:
        time.sleep(_LOOK_S)
        if time.time() - AT_HAND.stat().st_mtime > _STANDS_STILL_S:
            wrong = f"the process stood still for {_STANDS_STILL_S:.0f} s"
            inner.kill()
            inner.wait()
    if not OUT.exists():
        _add_last_words(seed, wrong or f"the process ended with {inner.returncode}")
    AT_HAND.unlink()
    told = json.loads(OUT.read_text(encoding="utf-8"))
    _say(f"{told.get('executions', '?')} executions, {told.get('executions_per_second', '?')}/s, {told.get('edges', '?')} edges, "
         f"kept {sum(told.get('corpus', {}).values())}: {told.get('corpus', {})}")
    again = f"; the same again: python -m tests.hostile --replay {OUT}" if told["findings"] else ""
    _say(f"{len(told['findings'])} findings{again}")
    return 1 if told["findings"] else 0


def _add_last_words(seed: int, wrong: str) -> None:
    first = AT_HAND.read_bytes().partition(b"\n")[0]
    last = json.loads(first) if first else {"method": "", "caller": ["", "", ""], "hex": ""}
    finding = {"wrong": wrong, "seed": seed, **last, "trail": []}
    _say(f"FOUND {wrong}: {last['method']} by {last['caller']}: {last['hex'][:400]}")
    OUT.write_text(json.dumps({"seed": seed, "findings": [finding]}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


async def replay(path: Path) -> int:
    """Sends each finding of a file again; how many are still wrong decides the exit code."""
    told = json.loads(path.read_text(encoding="utf-8"))
    still = 0
    for finding in told.get("findings", [told]):
        wrong = await _wrong_again(finding)
        still += bool(wrong)
        _say(f"{finding['method']} by {finding['caller']}, was: {finding['wrong']}; is: {wrong or 'nothing wrong'}")
    return 1 if still else 0


async def _wrong_again(finding: dict[str, Any]) -> str:
    trails: tuple[list[dict[str, Any]], ...] = ([], finding.get("trail", []))
    for before in trails:
        async with a_world(finding.get("seed", 1)) as world:
            for each in before:
                await world.give(Input.from_record(each))
            wrong = (await world.give(Input.from_record(finding))).wrong
        if wrong:
            return wrong
    return ""


def main() -> int:
    """0 if nothing was found."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replay", type=Path)
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.replay:
        return asyncio.run(replay(chosen.replay))
    return (explore if chosen.inner else watch_over)(chosen.seed, chosen.seconds)


if __name__ == "__main__":
    sys.exit(main())
