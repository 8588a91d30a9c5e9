"""Metrics: the four golden signals of each door, and what the trade asks. ``docs/seeing.md`` lists them; a test holds the list to
this file and to what a running system tells.

Labels are names out of closed sets: doors, services, methods, codes, reasons, groups, stages, legs. Never a code of a parcel or a
dossier, an office, a person or a device.
"""

from collections.abc import Callable
from functools import cache

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from ..errors import Refused

# The doors.
CALLS = Counter("postal_calls_total", "Calls answered, and whose fault it is if not as asked",
                ["service", "door", "method", "code", "fault"])  # fault: "", "caller" or "ours"
REFUSALS = Counter("postal_refusals_total", "Calls not answered as asked, by the stable reason",
                   ["service", "door", "method", "reason"])
CALL_SECONDS = Histogram("postal_call_seconds", "Time to answer a call", ["service", "door", "method"],
                         buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10))
RUNNING = Gauge("postal_calls_running", "Calls being answered now", ["service"])
MOST = Gauge("postal_calls_most", "Calls answered at once at most; more are told to slow down", ["service"])
LOOP_LATE = Histogram("postal_event_loop_late_seconds", "How late a timer of the process rang: every call waits so long",
                      buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5))

# What is written, carried and taken in.
COMMIT_WRITES = Histogram("postal_commit_writes", "Appends or other writes that went into one durable write",
                          ["store"], buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512))
COMMIT_SECONDS = Histogram("postal_commit_seconds", "Time of one durable write", ["store"],
                           buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10))
RELAY_WAITING = Gauge("postal_relay_waiting", "Appends seen waiting for the log at the relay's last look", ["service"])
UNPUBLISHED_AGE = Gauge("postal_unpublished_age_seconds", "Age of the oldest fact not published yet; 0 if none", ["service"])
PUBLISHED = Counter("postal_facts_published_total", "Facts the relay has published", ["service"])
CONSUMED = Counter("postal_facts_consumed_total", "Facts a group has taken in", ["group"])
LAG = Gauge("postal_consumer_lag_records", "Records a member of a group has not taken in yet", ["group"])
SET_ASIDE = Counter("postal_facts_set_aside_total", "Facts set aside with their filing", ["group", "reason"])
PARKED = Gauge("postal_parked_filings", "Filings that are set aside and wait for an operator", ["group"])
VISIBLE_SECONDS = Histogram("postal_visible_seconds", "From a fact's record until its journey shows it",
                            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600))

# The trade. Training's and load tests' dossiers are in none of these.
DOSSIERS = Gauge("postal_dossiers", "Dossiers under way by the stage that was decided last", ["stage"])
ENTERED = Counter("postal_dossiers_entered_total", "Dossiers that have come into a stage", ["stage"])
OVERDUE = Gauge("postal_overdue_dossiers", "Dossiers whose promised date has passed, by the leg that is late", ["leg"])
SCANS = Counter("postal_scans_total", "Scans and other entries of handhelds by what came of them", ["outcome", "reason"])
CLOCK_OFF = Histogram("postal_device_clock_off_seconds", "How far a handheld's clock was from ours at an upload",
                      buckets=(1, 5, 30, 60, 300, 3600, 86400))

# The process and what it stands on.
SERVING = Gauge("postal_serving", "Whether a part answers", ["service", "part"])
LOOPS_FAILED = Counter("postal_loops_failed_total", "Background loops that failed and were started again", ["service", "part"])
LOG_LOST = Counter("postal_log_lost_total", "Times the log was found to have lost records", ["topic"])
DISK_FREE = Gauge("postal_disk_free_bytes", "Free where the store's file lies (one file only)")
DISK = Gauge("postal_disk_bytes", "Size of the disk the store's file lies on (one file only)")
MEASURED = Gauge("postal_measured_time_seconds", "When the gauges that are read from the store were read last", ["service"])

PATIENCE_S = 5.0  # who goes away without an answer has waited too long, or has changed their mind before that
_OURS = ("INTERNAL", "UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED")


@cache
def _calls(service: str, door: str, method: str, code: str, fault: str) -> Counter:
    return CALLS.labels(service, door, method, code, fault)


@cache
def _seconds(service: str, door: str, method: str) -> Histogram:
    return CALL_SECONDS.labels(service, door, method)


def expect(service: str, door: str, method: str) -> None:
    """Makes a method's counters begin at nought: the first failure of all would not be seen as a rise."""
    _calls(service, door, method, "OK", "")
    for code in _OURS:
        _calls(service, door, method, code, "ours")


def answered(service: str, door: str, method: str, seconds: float, code: str = "OK", fault: str = "", reason: str = "") -> None:
    """Counts a call."""
    _calls(service, door, method, code, fault).inc()
    _seconds(service, door, method).observe(seconds)
    if reason:
        REFUSALS.labels(service, door, method, reason).inc()


def fault_of_leaving(seconds: float) -> str:
    """Whose fault it is that somebody went away after so long without an answer."""
    return "ours" if seconds >= PATIENCE_S else "caller"


def committed(store: str, writes: int, seconds: float) -> None:
    """Counts a durable write."""
    COMMIT_WRITES.labels(store).observe(writes)
    COMMIT_SECONDS.labels(store).observe(seconds)


def serve(host: str, port: int) -> Callable[[], None]:
    """Answers /metrics on the port, in a thread of its own, until what it returns is called. It is a port apart: no citizen's door
    leads to it. Raises Refused PORT_TAKEN."""
    try:
        server, _ = start_http_server(port, addr=host)
    except OSError:
        raise Refused("PORT_TAKEN", f"port {port} is taken; end what uses it or choose another", field="metrics_port",
                      value=port) from None

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return stop
