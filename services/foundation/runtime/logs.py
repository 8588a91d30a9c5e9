"""Log lines: JSON, one a request, keys from a closed list, so that nothing personal can slip in.

``trace`` is the correlation: the same 32 digits stand in the facts a request has written (their ``traceparent``), in the headers
of their records, and in the lines of whoever could not take them in.
"""

import contextlib
import json
import logging
import sys
import time
from datetime import UTC, datetime
from typing import Any

ALLOWED = frozenset({"event", "service", "door", "method", "code", "reason", "ms", "trace", "incident", "role", "place", "port",
                     "error_type", "group", "count", "fact_type", "topic", "url", "part"})

_logger = logging.getLogger("postal")
_this_second: tuple[int, str] = (0, "")


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        given: dict[str, Any] = getattr(record, "given", {})
        return json.dumps({"time": _utc(record.created), "level": record.levelname, **given}, ensure_ascii=False)


def configure(level: str) -> None:
    """Sends our lines, and nobody else's texts, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    _logger.handlers[:] = [handler]
    _logger.setLevel(level)
    _logger.propagate = False
    for foreign in ("aiokafka", "kafka", "asyncio", "grpc", "uvicorn", "pymongo", "opentelemetry"):
        logging.getLogger(foreign).setLevel(logging.CRITICAL)  # their texts may quote what they were given


def line(event: str, *, level: int = logging.INFO, **given: Any) -> None:
    """Writes one line; raises ValueError for a key that is not on the list."""
    unknown = given.keys() - ALLOWED
    if unknown:
        raise ValueError(f"log keys not allowed: {sorted(unknown)}")
    _logger.log(level, event, extra={"given": {"event": event, **given}})


def call(service: str, door: str, method: str, code: str, reason: str, seconds: float, trace: str) -> None:
    """The one line of a request, level INFO. Written straight, since every request pays for it; each value is a word of ours."""
    if not _logger.isEnabledFor(logging.INFO):
        return
    text = (f'{{"time": "{_utc(time.time())}", "level": "INFO", "event": "call", "service": "{service}", "door": "{door}", '
            f'"method": "{method}", "code": "{code}", "reason": "{reason}", "ms": {seconds * 1000:.1f}, "trace": "{trace}"}}\n')
    for handler in _logger.handlers:
        with contextlib.suppress(OSError, ValueError):  # a full disk or a reader that has gone costs the line, never the call
            handler.stream.write(text)  # type: ignore[attr-defined]


def told(error: BaseException) -> str:
    """A fault of ours for the log: its type, file and line; never its text, which may quote what it was given."""
    trace, where = error.__traceback__, ""
    while trace is not None:
        where, trace = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}", trace.tb_next
    return f"{type(error).__name__} at {where}"


def _utc(moment: float) -> str:
    """RFC 3339 with milliseconds. The second is worked out once."""
    global _this_second
    whole = int(moment)
    if whole != _this_second[0]:
        _this_second = whole, datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{_this_second[1]}.{int((moment - whole) * 1000):03d}Z"
