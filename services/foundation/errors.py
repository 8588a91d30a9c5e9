"""Few errors, each with a stable reason, the field it concerns and what to do.

A message is developer English built from its parts. ``value`` goes into the message only when the
raiser passes it, so whoever raises for a personal field (name, identity number, phone, address)
leaves ``value`` out. And since people type names and numbers into the wrong field, in every spelling, a text is shown
only if it can be neither: short, with a digit, fewer digits than an identity or telephone number has, no run of letters
that could be a name. Everything else is told by its length: no error text ever carries personal data.
"""

import re

_HARMLESS = re.compile(r"(?!(?:.*\d){9})(?!.*[A-Za-z]{5})(?=.*\d)(?:[A-Za-z0-9._-]{1,12}|[-0-9(), .]{1,24})", re.ASCII)


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
    return repr(value) if _HARMLESS.fullmatch(value) else f"{len(value)} characters"


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
