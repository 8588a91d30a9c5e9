"""The move table, written a second time by hand; money; sealing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.foundation import sealing
from services.foundation.errors import Invalid, Refused, Unavailable
from services.intake import dossier_facts as f
from services.intake import fees, routing
from services.intake.dossier import MOVES, Dossier, fold, move
from tests.builders import a_filed_fact

NOW = datetime(2026, 11, 24, tzinfo=UTC)
PAPER = f.Paper(name="Đơn", originals=1, copies=0)
# From the national list's diagram, states by their national numbers: move -> from > to.
BY_HAND = {
    "DossierAccepted": "1 5 6 > 2", "DossierDeclined": "1 5 > 3", "ReviewStarted": "2 > 4",
    "SupplementRequested": "1 2 4 > 5", "SupplementReceived": "5 > 4", "PaymentRequested": "2 4 > 6",
    "PaymentReceived": "6 > 4", "DossierWithdrawn": "1 2 4 5 6 > 7", "DossierStopped": "2 4 5 6 > 8",
    "ReviewResumed": "8 > 4", "DossierDecided": "4 > 9", "DecisionCorrected": "9 > 4", "DossierReturned": "7 8 9 > 10",
}
STATES = list(f.DossierState)
SAMPLES = {
    "DossierAccepted": f.DossierAccepted(dossier_code="H26-261124-0001", due_date="", clock_start=""),
    "DossierDeclined": f.DossierDeclined(reason_code="X", legal_basis="y"), "ReviewStarted": f.ReviewStarted(authority_code="a"),
    "SupplementRequested": f.SupplementRequested(papers=(PAPER,), reason_code="X"),
    "SupplementReceived": f.SupplementReceived(parcel_code="", due_date=""), "PaymentRequested": f.PaymentRequested(amount_vnd=1),
    "PaymentReceived": f.PaymentReceived(amount_vnd=1), "DossierWithdrawn": f.DossierWithdrawn(reason_code="X"),
    "DossierStopped": f.DossierStopped(reason_code="X"), "ReviewResumed": f.ReviewResumed(reason_code="X"),
    "DossierDecided": f.DossierDecided(outcome=f.DecisionOutcome.GRANTED, papers=(PAPER,)),
    "DecisionCorrected": f.DecisionCorrected(reason_code="X"), "DossierReturned": f.DossierReturned(parcel_code=""),
}


def a_dossier(**changes: object) -> Dossier:
    dossier = fold([(a_filed_fact(), NOW)])
    assert dossier is not None
    return replace(dossier, **{"lodge_time": NOW, **changes})  # type: ignore[arg-type]


def test_the_table_names_every_move_of_the_diagram() -> None:
    assert {kind.__name__ for kind in MOVES} == set(BY_HAND) == set(SAMPLES)


@pytest.mark.parametrize("state", STATES, ids=str)
@pytest.mark.parametrize("name", BY_HAND)
def test_a_move_goes_where_the_diagram_says_or_is_refused_by_name(name: str, state: f.DossierState) -> None:
    starts, end = (part.split() for part in BY_HAND[name].split(" > "))
    dossier, fact = a_dossier(state=state), SAMPLES[name]
    if str(STATES.index(state) + 1) in starts:
        assert move(dossier, fact) is fact
        assert MOVES[type(fact)][1] is STATES[int(end[0]) - 1]
    else:
        with pytest.raises(Refused) as refusal:
            move(dossier, fact)
        assert refusal.value.reason == "MOVE_NOT_ALLOWED"
        assert name in refusal.value.message
        assert state.value in refusal.value.message


def test_papers_are_asked_for_once() -> None:
    with pytest.raises(Refused) as refusal:
        move(a_dossier(state=f.DossierState.UNDER_REVIEW, supplement_asked=True), SAMPLES["SupplementRequested"])

    assert refusal.value.reason == "SUPPLEMENT_ALREADY_REQUESTED"


def test_each_ledger_sums_to_zero_and_they_never_mix() -> None:
    entries = fees.taken_at_filing("032248", "TINH-01", 500_000, 30_000)
    for ledger, account in (("FEE", "authority/TINH-01"), ("POSTAGE", "postage/032248")):
        balance: dict[str, int] = {}
        for entry in entries:
            if entry.ledger == ledger:
                balance[entry.debit_account] = balance.get(entry.debit_account, 0) + entry.amount_vnd
                balance[entry.credit_account] = balance.get(entry.credit_account, 0) - entry.amount_vnd
        assert sum(balance.values()) == 0
        assert account in balance
    assert fees.taken_at_filing("o", "a", 0, 0) == []
    with pytest.raises(Invalid):
        fees.check_fee(100, 200)


def test_a_sealed_part_opens_for_its_own_dossier_alone() -> None:
    key = bytes(range(32))
    blob = sealing.seal(key, "dossiers/a", "Nguyễn".encode())

    assert sealing.unseal(key, "dossiers/a", blob).decode() == "Nguyễn"
    assert "Nguyễn".encode() not in blob
    changed = blob[:-1] + bytes([blob[-1] ^ 1])
    for bad in ((bytes(32), "dossiers/a", blob), (key, "dossiers/b", blob), (key, "dossiers/a", changed), (key, "dossiers/a", b"")):
        with pytest.raises(Unavailable):
            sealing.unseal(*bad)


def test_the_way_names_each_office_once() -> None:
    assert routing.route("032248", "996000", "901000", "901000") == ("032248", "996000", "901000")
    assert routing.route("032248", "996000", "996000", "032248") == ("032248",)
