"""What filing asks of the store, counted, and that a bulk's rows name their fields as single filings do."""

import uuid
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postal.intake.v1 import intake_service_pb2 as intake

from services import registry
from services.demo.doors import Doors
from services.foundation.adapters.clocks import SystemClock
from services.foundation.adapters.memory import MemorySequences, MemoryStreams
from services.foundation.errors import Problem
from services.foundation.events import Actor
from services.foundation.subjects import Request, append_of
from services.intake.counter_facts import DoubleFiled
from services.intake.dossier_facts import DossierWithdrawn, FilingService, Paper
from services.intake.doubles import Doubles
from services.intake.filing import Applicant, Desk, Filing, ParcelNumbers, filing_id_of
from services.intake.rolls import Rolls
from services.intake.stream import DOSSIER, Dossiers
from services.intake.taking_in import TakingIn
from tests.builders import CLERK, OTHER, a_filing
from tests.services.test_doors import BAD_FILINGS

DESK = Desk(registry.load())


class Counted(MemoryStreams):
    """Counts the questions."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    async def read(self, subject: str) -> Any:
        self.asked["read"] += 1
        return await super().read(subject)

    async def read_many(self, subjects: Any) -> Any:
        self.asked["read_many"] += 1
        return await super().read_many(subjects)

    async def append_many(self, appends: Any) -> Any:
        self.asked["append_many"] += 1
        return await super().append_many(appends)

    async def claimants(self, claims: Any) -> Any:
        self.asked["claimants"] += 1
        return await super().claimants(claims)


class Counter032248:
    """The counter of Đất Mũi on counted streams."""

    def __init__(self) -> None:
        self.streams, clock = Counted(), SystemClock()
        numbers, self.dossiers = ParcelNumbers(MemorySequences()), Dossiers(DOSSIER, self.streams, clock)
        self.rolls = Rolls(self.streams, clock, numbers)
        self.doubles = Doubles(self.streams, clock, self.dossiers, b"i" * 32)
        self.taking_in = TakingIn(self.streams, clock, DESK, self.dossiers, numbers, self.rolls, self.doubles, b"s" * 32,
                                  lambda filing: b"sealed")

    async def file(self, *filings: Filing, person: str = "gdv") -> list[Any]:
        self.streams.asked.clear()
        return await self.taking_in.file([(each, request_of(each.request_id, person)) for each in filings])


def request_of(request_id: str, person: str = "gdv", fingerprint: str = "f") -> Request:
    return Request(id=request_id, fingerprint=fingerprint, actor=Actor(person=person, role="CLERK", place=CLERK.place))


def filing(number: str = "096185001234", **changes: Any) -> Filing:
    values = {
        "procedure_code": "1.014092", "unit_code": "01", "place": "", "papers": (Paper(name="Đơn", originals=1, copies=0),),
        "applicant": Applicant(full_name="A", identity_number=number, phone="0912345678", address="B"), "weight_grams": 10,
        "service": FilingService.BOTH, "fee_vnd": 500_000, "postage_vnd": 0, "seal_number": "S", "synthetic": False,
        "request_id": str(uuid.uuid4()), **changes}
    return Filing(**values)


async def test_a_filing_without_label_and_double_is_one_write_and_no_question() -> None:
    counter = Counter032248()
    for filings in ([filing()], [filing(f"09618500{number:04d}") for number in range(200)]):
        answers = await counter.file(*filings)
        assert not [answer for answer in answers if isinstance(answer, Problem)]
        assert counter.streams.asked == {"append_many": 1}


async def test_a_batch_with_labels_and_doubles_asks_as_often_as_one_filing_does() -> None:
    counter = Counter032248()
    roll = await counter.rolls.print_roll(100, request_of(str(uuid.uuid4())))
    await counter.file(*(filing(f"09618500{number:04d}") for number in range(50)))
    counted = []
    for start, size in ((0, 1), (1, 49)):
        labels = roll.labels[start:start + size]
        await counter.file(*(filing(f"09618600{start + place:04d}", label_code=label.tracking_code)
                             for place, label in enumerate(labels)))
        labelled = counter.streams.asked.copy()
        await counter.file(*(filing(f"09618500{start + place:04d}", confirm_double=True) for place in range(size)))
        counted.append((labelled, counter.streams.asked.copy()))

    assert counted[0] == counted[1]
    assert counted[0][0].total() == 5  # filed before, persons known, labels read, labels bound, dossiers
    assert counted[0][1].total() == 7  # claim lost, filed before, who holds it, notes, their dossiers, noted, filed


async def test_a_batch_of_one_persons_dossiers_is_filed_if_all_are_confirmed_and_asked_about_if_not() -> None:
    counter = Counter032248()
    confirmed = await counter.file(*(filing(confirm_double=True) for _ in range(40)))
    plain = await counter.file(*(filing("096185009999") for _ in range(3)))

    assert not [answer for answer in confirmed if isinstance(answer, Problem)]
    assert [answer.reason if isinstance(answer, Problem) else "" for answer in plain] == ["", "POSSIBLE_DOUBLE", "POSSIBLE_DOUBLE"]


async def test_who_is_being_filed_this_moment_counts_and_who_died_in_between_does_not() -> None:
    for minutes, reason in ((0, "POSSIBLE_DOUBLE"), (2, "")):
        counter, clock = Counter032248(), SystemClock()
        await counter.file(first := filing())
        dossier = await counter.dossiers.state(filing_id_of("gdv", first.request_id))
        await counter.dossiers.decide(dossier.filing_id, request_of(str(uuid.uuid4())), _withdrawn)
        claim = str(counter.doubles.claim_of(first))
        now = clock.now() - timedelta(minutes=minutes)
        await counter.streams.append(append_of(  # noted by another process, whose dossier is not written
            f"doubles/{claim}", claim, [], [(DoubleFiled(filing_id="other"), now)], request_of(str(uuid.uuid4())), now, topic=None))
        answer = (await counter.file(filing()))[0]

        assert (answer.reason if isinstance(answer, Problem) else "") == reason


async def _withdrawn(_: Any) -> list[Any]:
    return [DossierWithdrawn(reason_code="WISH")]


async def test_a_batch_of_wrong_rows_asks_once_whether_they_were_filed_before() -> None:
    counter = Counter032248()
    await counter.file(*(filing(weight_grams=0) for _ in range(100)))

    assert counter.streams.asked == {"read_many": 1, "append_many": 1}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 5), st.booleans()), max_size=14))
async def test_whatever_is_tried_no_two_dossiers_share_a_code(tries: list[tuple[int, int, int, bool]]) -> None:
    """Clerks, request ids and labels in any order and repetition, by either code, in batches or alone."""
    counter = Counter032248()
    roll = await counter.rolls.print_roll(4, request_of(str(uuid.UUID(int=9))))
    filed: dict[str, tuple[str, str]] = {}
    for clerk, label, request, by_number in tries:
        code = roll.labels[label].parcel_code if by_number else roll.labels[label].tracking_code
        one = filing(f"0961850000{clerk}{request}", label_code=code, request_id=str(uuid.UUID(int=100 + request)))
        answer = (await counter.taking_in.file([(one, request_of(one.request_id, f"gdv{clerk}", fingerprint=code))]))[0]
        if isinstance(answer, Problem):
            assert answer.reason in ("LABEL_TAKEN", "REQUEST_ID_REUSED")
            continue
        codes = (answer.tracking_code, answer.parcel_code)
        assert codes == (roll.labels[label].tracking_code, roll.labels[label].parcel_code)
        assert filed.setdefault(answer.filing_id, codes) == codes

    assert len(set(filed.values())) == len(filed)


async def test_the_blind_index_hides_the_number_and_depends_on_key_person_and_procedure() -> None:
    clock, streams = SystemClock(), MemoryStreams()
    dossiers = Dossiers(DOSSIER, streams, clock)
    one, other_key = (Doubles(streams, clock, dossiers, key * 32) for key in (b"i", b"j"))
    claims = {one.claim_of(filing()), one.claim_of(filing("096185001235")), one.claim_of(filing(procedure_code="1.004873")),
              other_key.claim_of(filing())}

    assert len(claims) == 4
    assert one.claim_of(filing()) == one.claim_of(replace(filing(), weight_grams=99))
    assert one.claim_of(filing(synthetic=True)) is None
    assert not [claim for claim in claims if claim and "185001" in claim]


@pytest.mark.parametrize(("changes", "reason", "field"), [each for each in BAD_FILINGS if each[1] != "REQUEST_ID_MALFORMED"],
                         ids=lambda value: value if isinstance(value, str) else "")
async def test_each_row_of_a_bulk_names_its_own_field(doors: Doors, changes: Any, reason: str, field: str) -> None:
    rows = [a_filing(), a_filing(**changes), a_filing()]
    answer = await doors.call("FileDossiers", intake.FileDossiersRequest(dossiers=rows), OTHER)

    assert [(each.problem.reason, each.problem.field) for each in answer.results] == [("", ""), (reason, field), ("", "")]
