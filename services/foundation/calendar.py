"""Working time: days off and worked Saturdays come as data, one calendar per scope (authority, postal).

Source: BLLĐ 45/2019 Đ.111–112 (days off), BLDS 2015 Đ.147–148 (the first day is not counted, a last day off rolls on),
NĐ 61/2018 Đ.18 k2 (received after 15:00 counts from the next working day for a transfer).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")  # no daylight saving since 1975
_DAY = timedelta(days=1)
_WINDOWS = ((time(7), time(11, 30)), (time(13, 30), time(17)))  # eight hours
_TRANSFER_CUT_OFF = time(15)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Monday to Friday but ``off``, and the Saturdays ``worked``."""

    off: Collection[date]
    worked: Collection[date]

    def is_working_day(self, day: date) -> bool:
        """Whether the day is worked."""
        return day in self.worked or (day.weekday() < _SATURDAY and day not in self.off)

    def roll_forward(self, day: date) -> date:
        """The day itself if worked, else the next that is."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, start: date, days: int) -> date:
        """The ``days``-th working day after the start, which is not counted."""
        day = start
        for _ in range(days):
            day = self.roll_forward(day + _DAY)
        return day

    def add_days(self, start: date, days: int) -> date:
        """The ``days``-th calendar day after the start, rolled forward."""
        return self.roll_forward(start + timedelta(days=days))

    def add_working_hours(self, start: datetime, hours: int) -> datetime:
        """Counts inside the working windows, local time."""
        moment, left = start.astimezone(VIETNAM), timedelta(hours=hours)
        while True:
            window = self._window(moment)
            moment, end = max(moment, window[0]), window[1]
            if moment + left <= end:
                return moment + left
            left -= end - moment
            moment = end + timedelta(microseconds=1)

    def _window(self, moment: datetime) -> tuple[datetime, datetime]:
        """The window the moment lies in, or the next one."""
        day = moment.date()
        while True:
            if self.is_working_day(day):
                for begins, ends in _WINDOWS:
                    end = datetime.combine(day, ends, VIETNAM)
                    if moment <= end:
                        return datetime.combine(day, begins, VIETNAM), end
            day += _DAY

    def transfer_start(self, received: datetime) -> date:
        """Day from which a transfer inside the authority counts: after 15:00 the next working day."""
        local = received.astimezone(VIETNAM)
        if local.time() > _TRANSFER_CUT_OFF:
            return self.roll_forward(local.date() + _DAY)
        return self.roll_forward(local.date())
