"""From a decided fact to the record a stream keeps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import codec
from .events import Actor, Recorded, utc_ms


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why facts are written: the request (or the fact reacted to), who asked, and when it is written down."""

    id: str
    fingerprint: str
    actor: Actor
    recorded: datetime
    trace: str = ""


def draft(fact: Any, *, subject: str, key: str, occurred: datetime, cause: Cause) -> Recorded:
    """The fact as a record that ``events.chain`` has yet to number and hash."""
    type_name, data = codec.encode(fact)
    return Recorded(
        subject=subject, key=key, sequence=0, type=type_name, data=data,
        occurred=utc_ms(occurred), recorded=utc_ms(cause.recorded),
        cause=cause.id, fingerprint=cause.fingerprint, actor=cause.actor, trace=cause.trace,
    )
