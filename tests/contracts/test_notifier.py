"""The notifier's promises, clause by clause, and that an applicant is told once whatever is read anew."""

import asyncio
import stat
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.courier.cases import Cases
from services.courier.claims import Claims
from services.courier.commands import Commands
from services.courier.parcel_facts import Holder, ParcelDirection, ParcelRegistered, Scan, ScanActivity
from services.courier.proof_words import DeliveryKind
from services.courier.reactions import Reactions
from services.courier.scanning import Scanning, Seen
from services.courier.service import VIEWS
from services.courier.stream import PARCEL
from services.foundation.adapters.clocks import TurnableClock
from services.foundation.adapters.memory import MemoryStreams, MemoryViews
from services.foundation.adapters.notifiers import FolderNotifier, opened
from services.foundation.calendar import WorkingCalendar
from services.foundation.errors import Refused, Unavailable
from services.foundation.events import Actor, Recorded
from services.foundation.one_time_code import code_of
from services.foundation.outlets import Notice
from services.foundation.sealing import seal
from services.foundation.subjects import Request, append_of
from services.intake.dossier_facts import ReviewStarted
from services.intake.telling import Telling

START = datetime(2026, 11, 24, 3, tzinfo=UTC)
CODE, KEY = "RH123456785VN", b"k" * 32
BY = Request(id="r", fingerprint="", actor=Actor(person="bt", role="COURIER", place="901000"))
NOTICE = Notice(key="parcels/RH123456785VN/7", telephone="0912345678", text="Mã: 123456\nCode: 123456")


def taken(folder: Path) -> list[str]:
    return sorted(path.read_text(encoding="utf-8") for path in folder.iterdir())


async def test_t1_what_was_taken_lies_there_whole_and_once_a_key(tmp_path: Path) -> None:
    notifier = FolderNotifier(tmp_path / "out")
    await asyncio.gather(*(notifier.send(NOTICE) for _ in range(8)))
    await notifier.send(Notice(key="other", telephone="1", text="x"))
    [mode] = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}

    assert taken(tmp_path / "out") == ["To: 0912345678\n\nMã: 123456\nCode: 123456\n", "To: 1\n\nx\n"]
    assert mode == 0o600
    assert not [path for path in (tmp_path / "out").iterdir() if "RH1234" in path.name or path.name.startswith(".")]


async def test_t2_a_notifier_that_is_away_has_taken_nothing(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    with pytest.raises(Unavailable) as refusal:
        await FolderNotifier(tmp_path / "out").send(NOTICE)

    assert refusal.value.reason == "NOTIFIER_AWAY"


async def test_t4_number_and_text_are_in_no_error_and_no_representation(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(Unavailable) as refusal:
        await FolderNotifier(tmp_path / "out").send(NOTICE)

    for text in (str(refusal.value), repr(refusal.value), repr(NOTICE)):
        assert "0912345678" not in text
        assert "123456\n" not in text


@pytest.mark.parametrize("address", ["folder", "folder:", "sms:x", "x"])
def test_an_address_that_is_not_right_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=address):
        opened(address)


def test_no_address_is_no_notifier() -> None:
    assert opened("") is None


class Gateway:
    """A notifier that can be away or refuse, and remembers what it took."""

    def __init__(self) -> None:
        self.taken: list[Notice] = []
        self.problem: Exception | None = None

    async def send(self, notice: Notice) -> None:
        if self.problem:
            raise self.problem
        self.taken.append(notice)


class Both:
    """Courier and intake on one memory store each, without doors."""

    def __init__(self) -> None:
        self.clock, self.streams, self.intake, self.gateway = TurnableClock(START), MemoryStreams(), MemoryStreams(), Gateway()
        cases = Cases(self.streams, MemoryViews(VIEWS), self.clock, KEY)
        commands, scanning = Commands(self.streams, self.clock, KEY, KEY), Scanning(self.streams, self.clock, cases)
        claims = Claims(self.streams, self.clock, commands.parcels, scanning, WorkingCalendar(set(), set()), (KEY, KEY), cases)
        self.parcels, self.scanning = commands.parcels, scanning
        self.reactions = Reactions(commands.parcels, claims, self.streams, MemoryViews(VIEWS))
        self.telling = Telling(self.intake, self.clock, self.gateway, bytes.decode, seal_key=KEY, code_key=KEY)

    async def go_out(self, times: int = 1) -> list[Recorded]:
        """A result whose applicant is known, scanned on its way out; its facts."""
        registered = ParcelRegistered(
            parcel_code=CODE, filing_id="f", direction=ParcelDirection.INBOUND, origin_office_code="1", destination_office_code="2",
            authority_code="TINH-01", route=("1", "2"), transit_due_date="", papers_count=1, weight_grams=0,
            holder=Holder(person="bt", place="901000"), delivery_kind=DeliveryKind.RESULT_COPIES)
        await self.streams.append_many([self.parcels.append_of(CODE, "f", [], [(registered, START)], BY)])
        filed = [(ReviewStarted(authority_code="TINH-01"), START)]
        await self.intake.append_many([append_of("dossiers/f", "f", [], filed, BY, START, topic=None,
                                                 private=seal(KEY, "dossiers/f", b"0912345678"))])
        for number in range(1, times + 1):
            await self.scanning.record([Seen(Scan(
                device="m", device_sequence=number, parcel_code=CODE, activity=ScanActivity.OUT_FOR_DELIVERY, office_code="2",
                occur_time=START + timedelta(hours=number)), BY)])
        return await self.facts()

    async def facts(self) -> list[Recorded]:
        return await self.streams.read(PARCEL.subject_of(CODE))


async def issued(both: Both) -> list[Recorded]:
    return [fact for fact in await both.facts() if fact.type.endswith("DeliveryCodeIssued")]


async def test_however_often_it_goes_out_and_is_read_there_is_one_code() -> None:
    both = Both()
    facts = await both.go_out(times=5)
    await asyncio.gather(*(both.reactions.on_going_out(facts) for _ in range(4)))
    await both.reactions.on_going_out(await both.facts())

    assert len(await issued(both)) == 1


async def test_an_applicant_is_told_once_also_if_the_log_is_read_anew() -> None:
    both = Both()
    await both.reactions.on_going_out(await both.go_out())
    [fact] = await issued(both)
    for _ in range(3):
        await both.telling.on_parcels(await both.facts())
    salt = PARCEL.facts.decode(fact.type, fact.data).salt

    [notice] = both.gateway.taken
    assert (notice.key, notice.telephone) == (fact.id, "0912345678")
    assert code_of(KEY, CODE, salt) in notice.text


async def test_a_gateway_that_is_away_is_asked_again_and_one_that_refuses_is_not() -> None:
    away, refusing = Both(), Both()
    for both, problem in ((away, Unavailable("NOTIFIER_AWAY", "x")), (refusing, Refused("NOTICE_REFUSED", "x"))):
        await both.reactions.on_going_out(await both.go_out())
        both.gateway.problem = problem
    with pytest.raises(Unavailable):
        await away.telling.on_parcels(await away.facts())
    await refusing.telling.on_parcels(await refusing.facts())
    for both in (away, refusing):
        both.gateway.problem = None
        await both.telling.on_parcels(await both.facts())

    assert (len(away.gateway.taken), len(refusing.gateway.taken)) == (1, 0)


async def test_nobody_is_told_of_a_dossier_whose_applicant_was_forgotten() -> None:
    both = Both()
    await both.reactions.on_going_out(await both.go_out())
    await both.intake.forget_private("dossiers/f")
    await both.telling.on_parcels(await both.facts())

    assert both.gateway.taken == []


async def test_a_seal_that_does_not_open_holds_up_nobody_else() -> None:
    both = Both()
    await both.reactions.on_going_out(await both.go_out())
    await both.intake.forget_private("dossiers/f")
    filed = [(ReviewStarted(authority_code="TINH-01"), START)]
    await both.intake.append_many([append_of("dossiers/f", "f", await both.intake.read("dossiers/f"), filed, BY, START, topic=None,
                                             private=seal(b"x" * 32, "dossiers/f", b"0912345678"))])
    with pytest.raises(Refused) as refusal:  # not Unavailable, which would be tried for ever
        await both.telling.on_parcels(await both.facts())

    assert refusal.value.reason == "SEAL_BROKEN"
    assert both.gateway.taken == []


async def test_salts_are_drawn_anew_for_each_parcel_unless_a_test_draws() -> None:
    drawn = []
    for _ in range(2):
        both = Both()
        await both.reactions.on_going_out(await both.go_out())
        drawn.append((await issued(both))[0].data)
    seeded = Both()
    seeded.reactions = Reactions(seeded.parcels, seeded.reactions._claims, seeded.streams, MemoryViews(VIEWS),
                                 draw=lambda size: uuid.UUID(int=7).bytes[:size])
    await seeded.reactions.on_going_out(await seeded.go_out())
    [fact] = await issued(seeded)

    assert drawn[0] != drawn[1]
    assert PARCEL.facts.decode(fact.type, fact.data).salt == uuid.UUID(int=7).bytes
