"""Who operates, as facts name them, and requests that are made once however often a command is typed."""

import getpass
import uuid

from services.foundation.errors import Invalid
from services.foundation.events import Actor
from services.foundation.kinds import Request

_SPACE = uuid.UUID("a6f0d0f2-5f0b-4b32-9f0e-6f1f0c9a7d11")  # of operators' request ids


def request(operator: str, *about: str) -> Request:
    """The request of an operator: the same words are the same request."""
    name = operator or getpass.getuser()
    if not name.isascii() or not 0 < len(name) <= 64:
        raise Invalid("OPERATOR_NAMELESS", "say who operates: --operator NAME, letters and digits", field="operator")
    return Request(id=str(uuid.uuid5(_SPACE, "\0".join(about))), fingerprint="",
                   actor=Actor(person=name, role="OPERATOR", place="admin"))


def checked_reason(text: str) -> str:
    """A reason in UPPER_SNAKE; raises Invalid REASON_MISSING."""
    if not text.isascii() or not text.replace("_", "").isalnum() or text != text.upper() or len(text) > 64:
        raise Invalid("REASON_MISSING", "a reason in UPPER_SNAKE is needed", field="reason")
    return text
