"""Builders: nothing else makes test data."""

from datetime import UTC, datetime, timedelta

from services.foundation.events import Actor, Append, Recorded, chain

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def a_draft(subject: str, *, data: bytes = b"\x00\xff", recorded: datetime = START, key: str = "k") -> Recorded:
    return Recorded(subject=subject, key=key, sequence=0, type="postal.test.v1.Seen", data=data, occurred=START - timedelta(
        milliseconds=7), recorded=recorded, cause="c", fingerprint="f", trace="00-1",
        actor=Actor(person="p", role="CLERK", place="032248", device="d"))


def an_append(subject: str, history: list[Recorded] | None = None, *, count: int = 1, topic: str | None = "t",
              private: bytes | None = None, recorded: datetime = START) -> Append:
    history = history or []
    facts = chain(history, [a_draft(subject, data=bytes([number]), recorded=recorded) for number in range(count)])
    return Append(subject=subject, expected=len(history), facts=facts, topic=topic, private=private)
