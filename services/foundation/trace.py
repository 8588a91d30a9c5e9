"""Which request a fact comes from: a W3C ``traceparent``, from the client over the door into the fact, the log's header and whoever
reads it. It is random, names nobody and decides nothing."""

import os
import re
from contextvars import ContextVar

_FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

current: ContextVar[str] = ContextVar("trace", default="")  # of the request at hand; "" outside of one


def begun(given: str = "") -> str:
    """The caller's own traceparent if it is one, without its flag; else a new one."""
    if given and _FORM.fullmatch(given):
        return f"{given[:-2]}00"
    drawn = os.urandom(16).hex()
    return f"00-{drawn}-{drawn[:16]}-00"


def is_own(traceparent: str) -> bool:
    """Whether it began here, so that nobody has a span before it."""
    return traceparent[3:19] == traceparent[36:52]


def id_of(traceparent: str) -> str:
    """The id of the whole trace, 32 hex digits; "" of none."""
    return traceparent[3:35]
