"""Log lines: JSON, one a request, keys from a closed list, so that nothing personal can slip in."""

import json
import logging
import sys
from typing import Any

ALLOWED = frozenset({"event", "service", "method", "code", "reason", "ms", "incident", "role", "place", "error_type",
                     "port", "group", "count", "fact_type", "topic", "url", "part"})

_logger = logging.getLogger("postal")


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        given: dict[str, Any] = getattr(record, "given", {})
        return json.dumps({"time": self.formatTime(record), "level": record.levelname, **given}, ensure_ascii=False)


def configure(level: str) -> None:
    """Sends our lines, and nobody else's texts, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    _logger.handlers[:] = [handler]
    _logger.setLevel(level)
    _logger.propagate = False
    for foreign in ("aiokafka", "kafka", "asyncio", "grpc", "uvicorn", "pymongo"):
        logging.getLogger(foreign).setLevel(logging.CRITICAL)  # their texts may quote what they were given


def line(event: str, *, level: int = logging.INFO, **given: Any) -> None:
    """Writes one line; raises ValueError for a key that is not on the list."""
    unknown = given.keys() - ALLOWED
    if unknown:
        raise ValueError(f"log keys not allowed: {sorted(unknown)}")
    _logger.log(level, event, extra={"given": {"event": event, **given}})


def told(error: BaseException) -> str:
    """A fault of ours for the log: its type, file and line; never its text, which may quote what it was given."""
    trace, where = error.__traceback__, ""
    while trace is not None:
        where, trace = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}", trace.tb_next
    return f"{type(error).__name__} at {where}"
