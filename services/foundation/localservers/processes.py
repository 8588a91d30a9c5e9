"""Plain processes: ended politely, remembered by pid files that cannot mistake another process for ours."""

import os
import signal
import subprocess
import time
from pathlib import Path

_PATIENCE_S = 20.0


class ServerFailed(Exception):
    """A server did not start; the text says in one line why and where its log is."""


def tail(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no message"


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, then SIGKILL after twenty seconds; returns when it is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def birth(pid: int) -> str | None:
    """When a process was started, as its system tells it; None if it is gone. Two processes of one pid differ in it."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


class PidFile:
    """Remembers one process across runs of this program."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """What runs."""
        return self._path.stem

    def write(self, pid: int) -> None:
        """Remembers it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(f"{pid} {birth(pid)}\n")

    def alive(self) -> int | None:
        """Its pid while it runs; None if it ended or the pid is another's by now."""
        try:
            pid, born = self._path.read_text().split(maxsplit=1)
        except (OSError, ValueError):
            return None
        return int(pid) if birth(int(pid)) == born.strip() else None

    def stop(self) -> str:
        """SIGTERM, SIGKILL after twenty seconds; what happened, in a word or two."""
        pid = self.alive()
        outcome = "was not running"
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            outcome = "stopped" if self._gone_within(_PATIENCE_S) else "killed: it did not stop in time"
            if outcome != "stopped" and (pid := self.alive()) is not None:
                os.kill(pid, signal.SIGKILL)
                self._gone_within(_PATIENCE_S)
        self._path.unlink(missing_ok=True)
        return outcome

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.alive() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True
