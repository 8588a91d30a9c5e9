"""What was printed of a dossier: no paper comes out twice without saying that it is a copy.

A paper is one document of one envelope in one version: a new version of a label is a new paper. A start without an end is a
process that died, or one that is still at it: for a while nobody knows, after that something may have come out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.foundation.errors import Conflict

LONGEST = timedelta(seconds=30)  # no print takes as long: the doors give up a call before


class Document(StrEnum):
    """What is printed."""

    LABEL = "LABEL"
    RECEIPT = "RECEIPT"


class Outcome(StrEnum):
    """What came of a start."""

    OPEN = "OPEN"
    TAKEN = "TAKEN"
    NOTHING_GIVEN = "NOTHING_GIVEN"
    UNCERTAIN = "UNCERTAIN"


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintStarted:
    document: str
    parcel_code: str
    label_version: int
    printer: str
    copy: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintEnded:
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """One document of one envelope in one version."""

    document: Document
    parcel_code: str = ""
    label_version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One start and what came of it."""

    request_id: str
    paper: Paper
    printer: str
    copy: bool
    started: datetime
    outcome: Outcome = Outcome.OPEN


def jobs(facts: Iterable[tuple[PrintStarted | PrintEnded, str, datetime]]) -> list[Job]:
    """The jobs in the order of their starts, of facts with their request ids and times."""
    found: list[Job] = []
    for fact, request_id, when in facts:
        if isinstance(fact, PrintStarted):
            paper = Paper(document=Document(fact.document), parcel_code=fact.parcel_code, label_version=fact.label_version)
            found.append(Job(request_id=request_id, paper=paper, printer=fact.printer, copy=fact.copy, started=when))
        else:
            last = max(place for place, job in enumerate(found) if job.request_id == request_id)
            found[last] = replace(found[last], outcome=Outcome(fact.outcome))
    return found


def next_step(known: list[Job], paper: Paper, printer: str, request_id: str, now: datetime) -> Job | PrintStarted:
    """The job that has done what the request asks for, or the start of one.

    Raises Conflict PRINT_UNDER_WAY while the same request is being printed.
    """
    mine = [job for job in known if job.request_id == request_id]
    if mine and mine[-1].outcome is Outcome.TAKEN:
        return mine[-1]
    if mine and mine[-1].outcome is Outcome.OPEN and now - mine[-1].started < LONGEST:
        raise Conflict("PRINT_UNDER_WAY", "it is being printed; ask again with the same request id", field="request_id")
    may_be_out = any(job.paper == paper and job.outcome is not Outcome.NOTHING_GIVEN for job in known)
    return PrintStarted(document=paper.document, parcel_code=paper.parcel_code, label_version=paper.label_version,
                        printer=printer, copy=may_be_out)
