"""Metrics by the golden signals; labels are method names, codes and reasons only."""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

CALLS = Counter("postal_calls_total", "RPCs answered", ["method", "code", "reason"])
SECONDS = Histogram("postal_call_seconds", "Time to answer an RPC", ["method"],
                    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10))
PUBLISHED = Counter("postal_facts_published_total", "Facts the relay has published", ["service"])
CONSUMED = Counter("postal_facts_consumed_total", "Facts a group has taken in", ["group"])
SET_ASIDE = Counter("postal_facts_set_aside_total", "Facts set aside with their filing", ["group", "reason"])
RELAY_WAITING = Gauge("postal_relay_waiting", "Appends seen waiting at the last look", ["service"])

SERVING = Gauge("postal_serving", "Whether a part answers", ["service", "part"])

LOOPS_FAILED = Counter("postal_loops_failed_total", "Background loops that failed and were started again", ["service", "part"])

LOG_LOST = Counter("postal_log_lost_total", "Times the log was found to have lost records", ["topic"])


def serve(port: int) -> None:
    """Answers /metrics on the port; 0 does nothing."""
    if port:
        start_http_server(port)
