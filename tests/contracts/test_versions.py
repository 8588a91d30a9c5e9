"""B14: facts of another version of this software: what is new to a reader is passed over, never misread, never a crash."""

from dataclasses import replace

import pytest
from postal.intake.v1 import dossier_events_pb2 as messages

from services.foundation.adapters.memory import MemoryViews
from services.foundation.errors import Invalid
from services.foundation.events import Recorded, chain
from services.intake.stream import DOSSIER
from services.tracking.projector import DOSSIERS, VIEWS, Projector
from tests.builders import START, a_draft, a_filed_fact

_NEW_FIELD = b"\xba\x3e\x05later"  # field 999, a text


def _filed(**changes: object) -> Recorded:
    from services.foundation import codec

    name, data = codec.encode(a_filed_fact(**changes))
    return replace(a_draft("dossiers/x", data=data, key="x"), type=name, occurred=START)


def _chained(*drafts: Recorded) -> list[Recorded]:
    return list(chain([], drafts))


def _of_type(name: str, data: bytes = b"") -> Recorded:
    return replace(a_draft("dossiers/x", data=data, key="x"), type=name, occurred=START)


async def test_b14_a_field_and_a_kind_of_fact_of_a_later_version_are_passed_over_by_readers() -> None:
    filed = _filed()
    facts = _chained(replace(filed, data=filed.data + _NEW_FIELD), _of_type("postal.intake.v1.DossierBlessed", _NEW_FIELD),
                     _of_type("postal.intake.v1.DossierLodged", messages.DossierLodged(parcel_code="p").SerializeToString()))
    views = MemoryViews(VIEWS)
    await Projector(views).on_facts(facts)
    old_views = MemoryViews(VIEWS)
    await Projector(old_views).on_facts(_chained(filed))
    row, old = await views.get(DOSSIERS, "x"), await old_views.get(DOSSIERS, "x")

    assert row is not None
    assert old is not None
    assert row.reflects == 3
    assert row.value["tracking_code"] == old.value["tracking_code"] == "t"
    assert facts[0].data.endswith(_NEW_FIELD), "what is stored stays as it came"


def test_b14_an_owner_does_not_decide_on_a_kind_of_fact_it_does_not_know() -> None:
    with pytest.raises(Invalid) as problem:
        DOSSIER.state_of(_chained(_filed(), _of_type("postal.intake.v1.DossierBlessed")))

    assert problem.value.reason == "UNKNOWN_FACT_TYPE"


def test_b14_an_unknown_enum_value_is_named_and_never_taken_for_another() -> None:
    message = messages.DossierFiled()
    message.ParseFromString(_filed().data)
    message.service = 99  # type: ignore[assignment]  # a way of filing of a later version

    with pytest.raises(Invalid) as problem:
        DOSSIER.facts.decode("postal.intake.v1.DossierFiled", message.SerializeToString())

    assert problem.value.reason == "UNREADABLE_FACT"
