"""Clocks: the only place besides the runtime where time is read."""

from datetime import UTC, datetime, timedelta

from ..events import utc_ms


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, as clause C1 wants it."""
        return utc_ms(datetime.now(UTC))


class TurnableClock:
    """Stands still until turned; for tests and drills."""

    def __init__(self, start: datetime) -> None:
        self._now = utc_ms(start)

    def now(self) -> datetime:
        """The time it was turned to."""
        return self._now

    def turn(self, by: timedelta) -> None:
        """Forwards, or backwards with a negative ``by``."""
        self._now = utc_ms(self._now + by)
