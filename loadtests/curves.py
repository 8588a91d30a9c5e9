"""Shapes of days that post offices know, each a curve over the length of a run."""

from itertools import pairwise

# Share of the most users at points of the run, 0 to 1; between them straight lines. Assumed, not measured: opening hours are
# real, the peaks are what is told of counters (before noon and closing; Monday mornings; before Tết three times a usual day).
CURVES: dict[str, tuple[tuple[float, float], ...]] = {
    "flat": ((0, 1), (1, 1)),
    "day": ((0, 0.1), (0.15, 0.7), (0.35, 1), (0.5, 0.25), (0.65, 0.7), (0.85, 0.9), (1, 0.1)),
    "monday": ((0, 0.2), (0.1, 1), (0.4, 1), (0.6, 0.4), (1, 0.5)),
    "tet": ((0, 0.33), (0.2, 0.33), (0.3, 1), (0.9, 1), (1, 0.33)),
    "enrolment": ((0, 0.1), (0.5, 1), (0.55, 1), (1, 0.3)),
    "soak": ((0, 0.3), (0.02, 0.5), (1, 0.5)),
    "break": tuple((step / 10, (step + 1) / 10) for step in range(10)),
}


def level(curve: str, moment: float) -> float:
    """Share of the most users at a moment of the run, both 0 to 1."""
    points = CURVES[curve]
    for (start, low), (end, high) in pairwise(points):
        if start <= moment <= end:
            return low if curve == "break" else low + (high - low) * (moment - start) / (end - start)
    return points[-1][1]
