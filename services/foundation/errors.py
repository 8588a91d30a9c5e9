"""Few errors, each with a stable reason, the field it concerns and what to do.

A message is developer English built from its parts. ``value`` goes into the message only when the
raiser passes it, so whoever raises for a personal field (name, identity number, phone, address)
leaves ``value`` out; and what looks like words or like a person's number is told by its length alone,
for people type names into the wrong field: no error text ever carries personal data.
"""

import re

_WORDS = re.compile(r"[A-Za-z] +[A-Za-z]|^\+?\d{9,}$")


class Problem(Exception):
    """Base of everything a caller is told. ``reason`` is UPPER_SNAKE and never changes its meaning."""

    def __init__(self, reason: str, advice: str, *, field: str = "", value: object = None) -> None:
        self.reason = reason
        self.advice = advice
        self.field = field
        self.value = None if value is None else str(value)[:80]
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """One English sentence: field, value if it may be shown, and what to do."""
        where = f"{self.field}: " if self.field else ""
        shown = f" (got {_shown(self.value)})" if self.value is not None else ""
        return f"{where}{self.advice}{shown}"


def _shown(value: str) -> str:
    return repr(value) if value.isascii() and not _WORDS.search(value) else f"{len(value)} characters"


class Invalid(Problem):
    """The request cannot be right whatever the state is."""


class NotFound(Problem):
    """No such thing for this caller; also the answer about things of others."""


class Refused(Problem):
    """Right in itself, but not allowed in the present state."""


class Conflict(Problem):
    """Somebody else changed the subject first; read again and retry."""


class Unauthenticated(Problem):
    """No token, or one that does not hold."""


class Denied(Problem):
    """The caller's role may not do this."""


class Exhausted(Problem):
    """Too much at once; slow down."""


class Unavailable(Problem):
    """A part we stand on does not answer; nothing is known to have changed; retry with the same request id."""
