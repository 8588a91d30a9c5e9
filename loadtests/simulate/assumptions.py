"""Every number of the simulation. "Assumed" means that nobody told us: change it and run again."""

from dataclasses import dataclass, field, replace

HOUR, DAY = 3_600_000, 86_400_000  # time is whole milliseconds since the year's first midnight, so that sums are exact


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What is believed of the post, the authorities and the citizens. Hours are hours of the day."""

    # Demand.
    dossiers_a_year: int = 33_000_000  # 33.2 M in 2022 (MIC 1669/BTTTT-BC). It counts dossiers *and* results, so this is an upper
    #                                    bound; the post itself spoke of 16–18 M in 2025
    tet_factor: float = 3.0  # assumed: "three times a usual day" before Tết, as loadtests/curves.py has it
    tet_days_before: int = 14  # assumed: the two weeks before the first day off
    after_tet_factor: float = 0.6  # assumed: the week after the holiday is slow
    # Assumed: first and last day (month, day), factor. June: school leaving, university entrance. August–September: enrolment.
    seasons: tuple[tuple[tuple[int, int], tuple[int, int], float], ...] = (
        ((6, 1), (7, 10), 1.15), ((8, 16), (9, 20), 1.5), ((12, 1), (12, 31), 1.1))
    weekdays: tuple[float, ...] = (1.3, 1.0, 0.95, 0.95, 0.8, 1.0, 1.0)  # assumed: Mondays are full; the five sum to five (a worked
    #                                                                    Saturday is a usual day)
    day_curve: str = "day"  # loadtests/curves.py over the counter's hours; assumed there
    commune_share: float = 0.6  # assumed: dossiers a commune decides; else the province. Ministries' procedures are left out
    leaves_province_share: float = 0.12  # assumed: filed far from home (phi địa giới); no public figure
    own_commune_share: float = 0.8  # assumed: of a commune's dossiers from inside the province, filed at that commune's own office
    # Which procedure: each one of the registry that may go by post and has one known term is equally frequent (assumed).

    # Counter (giao dịch viên).
    counter_hours: tuple[float, float] = (7.5, 17.0)  # assumed; Saturdays' half days are left out
    counter_late_minutes: int = 30  # assumed: who stands in line at closing is served half an hour longer, the rest come again
    clerk_minutes: float = 8.0  # assumed: joint count, list, sealing, fee (TT 17/2017 Đ.5 k1 a–d); half to one and a half of it
    counter_headroom: float = 2.0  # assumed: capacity ÷ load of an ordinary day. People stand there in person, so the most

    # Vans between hub and office.
    van_leaves_hub: tuple[float, ...] = (8.5, 14.5)  # assumed: two trips a day
    van_hours: float = 1.5  # assumed: one way, stops included
    bag_dossiers: int = 5  # assumed: room in a van that carries other post too is planned in bags of five thick envelopes
    van_headroom: float = 1.7  # assumed
    # Hubs (trung tâm khai thác).
    hub_hours: tuple[float, float] = (6.0, 22.0)  # assumed: two shifts of eight hours on working days
    sorter_shift_hours: float = 8.0  # assumed
    sorted_an_hour: float = 120.0  # assumed: envelopes a sorter reads, scans and bags in an hour
    hub_headroom: float = 1.6  # assumed
    sorters_share: float = 1.0  # of the planned sorters, how many are there (scenario hub-short)

    # Line haul between provinces: one lorry a day for each lane, always room (assumed: letters are small).
    lorry_leaves: float = 21.0  # assumed
    lorry_arrives: float = 6.0  # assumed
    haul_days_same: int = 1  # assumed: within North, Centre or South
    haul_days_next: int = 2  # assumed: to or from the Centre
    haul_days_far: int = 3  # assumed: North–South, 1,700 km of road
    haul_days_major: int = 1  # assumed: between the six cities by air
    haul_days_remote: int = 1  # assumed: more for a remote province at either end, four days at most
    remote: frozenset[str] = frozenset({"04", "11", "12", "14", "96"})  # assumed: Cao Bằng, Điện Biên, Lai Châu, Sơn La, Cà Mau
    lorry_delayed_share: float = 0.03  # assumed: storms, breakdowns
    lorry_delay_days: int = 1  # assumed

    # Couriers (bưu tá): to the desk and back, and to citizens' doors.
    rounds: tuple[float, ...] = (8.0, 14.0)  # assumed
    desk_after_hours: float = 0.5  # assumed: hand-over half an hour after leaving; it has no limit, one record takes many dossiers
    back_after_hours: float = 2.0  # assumed: collected results are at the office or hub
    doors_a_round: int = 12  # assumed: one courier
    courier_headroom: float = 1.6  # assumed
    not_home_share: float = 0.15  # assumed; the second visit, two working days later (TT 17/2017 Đ.5 k2h), succeeds (assumed)

    # Authority (Bộ phận Một cửa).
    desk_hours: tuple[tuple[float, float], ...] = ((7.0, 11.5), (13.5, 17.0))  # as services/foundation/calendar.py counts them
    decisions_a_day: float = 12.0  # assumed: one officer
    desk_headroom: float = 1.5  # assumed
    # Share of the term that passes before an officer can decide (other bodies, visits): drawn evenly between these. Assumed.
    examination: tuple[float, float] = (0.1, 0.7)

    # Before Tết: capacity ÷ ordinary capacity, until so many days after the holiday. Assumed: what the plan needs to hold.
    extra_counters: float = 2.0
    extra_vans: float = 2.0
    extra_sorters: float = 2.2
    extra_couriers: float = 2.0
    extra_officers: float = 2.2
    extra_days_after: int = 10

    # Days of its own work that a station may leave undone for so many working days before it counts as broken. Assumed.
    tolerated: dict[str, float] = field(default_factory=lambda: {
        "counter": 0.25, "van": 1.0, "hub": 0.5, "round": 1.0, "commune desk": 3.0, "province desk": 3.0})
    broken_after_days: int = 3
    broken_stations: float = 0.1  # share of a kind's stations that are broken when the kind is


SCENARIOS: dict[str, Assumptions] = {
    "plan": Assumptions(),
    "hub-short": replace(Assumptions(), sorters_share=0.7),
    "tet-no-extra": replace(Assumptions(), extra_vans=1.0),
}
KINDS = ("counter", "van", "hub", "round", "commune desk", "province desk")
