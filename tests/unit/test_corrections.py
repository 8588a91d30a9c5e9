"""What a clerk may put right, and an office's day in sums: the rules alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.foundation.codes import MOST_VERSIONS
from services.foundation.errors import Invalid, NotFound, Problem, Refused
from services.intake import corrections, day, dossier_facts, fees
from services.intake.day import Counted, DayTotals
from services.intake.dossier import OPEN, Dossier, fold
from services.intake.dossier_facts import DossierState
from tests.builders import a_filed_fact

FILED = datetime(2026, 11, 26, 16, 59, tzinfo=UTC)  # 23:59 in Việt Nam
TODAY = date(2026, 11, 26)


def a_dossier(*more: Any, filed: datetime = FILED, fee: int = 500_000, postage: int = 30_000, **changes: Any) -> Dossier:
    fact = a_filed_fact(**changes)
    facts: Sequence[Any] = (fact, *fees.taken_at_filing(fact.office_code, fact.authority_code, fee, postage), *more)
    found = fold((each, filed) for each in facts)
    assert found is not None
    return found


def refusal(call: Any) -> Problem:
    with pytest.raises(Problem) as told:
        call()
    return told.value


def test_a_mistake_is_undone_whole() -> None:
    dossier = a_dossier()
    decided = corrections.cancel(dossier, TODAY, "gdv", "gdv", under_way=False)
    after = a_dossier(*decided)

    assert (after.state, after.reason_code) == (DossierState.WITHDRAWN, "CLERK_MISTAKE")
    assert after.void_parcel_code == dossier.parcel_code
    assert (after.fee_vnd, after.postage_vnd) == (0, 0)
    assert after.state not in OPEN
    balance: dict[tuple[str, str], int] = {}
    for entry in (*fees.taken_at_filing(dossier.office_code, dossier.authority_code, 500_000, 30_000), *decided[1:]):
        balance[entry.ledger, entry.debit_account] = balance.get((entry.ledger, entry.debit_account), 0) + entry.amount_vnd
        balance[entry.ledger, entry.credit_account] = balance.get((entry.ledger, entry.credit_account), 0) - entry.amount_vnd
    assert set(balance.values()) == {0}


@pytest.mark.parametrize(("clerk", "today", "under_way", "more", "reason"), [
    ("gdv-b", TODAY, False, (), "NOT_YOUR_FILING"), ("gdv", TODAY + timedelta(days=1), False, (), "CANCEL_TOO_LATE"),
    ("gdv", TODAY, True, (), "ENVELOPE_UNDER_WAY"),
    ("gdv", TODAY, False, (dossier_facts.DossierLodged(parcel_code="p", handover_id="h"),), "ENVELOPE_UNDER_WAY"),
    ("gdv", TODAY, False, (dossier_facts.SupplementRequested(papers=(), reason_code="X"),), "ENVELOPE_UNDER_WAY"),
    ("gdv", TODAY, False, (dossier_facts.DossierWithdrawn(reason_code="WISH"),), "MOVE_NOT_ALLOWED"),
    ("gdv", TODAY, False, (dossier_facts.DossierDeclined(reason_code="X", legal_basis="Y"),), "MOVE_NOT_ALLOWED")])
def test_what_is_no_mistake_of_todays_any_more_stays(clerk: str, today: date, under_way: bool, more: Any, reason: str) -> None:
    assert refusal(lambda: corrections.cancel(a_dossier(*more), today, "gdv", clerk, under_way=under_way)).reason == reason


def test_the_day_of_filing_is_the_local_one() -> None:
    after_midnight = a_dossier(filed=FILED + timedelta(minutes=2))

    assert corrections.cancel(after_midnight, date(2026, 11, 27), "gdv", "gdv", under_way=False)
    assert refusal(lambda: corrections.cancel(after_midnight, TODAY, "gdv", "gdv", under_way=False)).reason == "CANCEL_TOO_LATE"


def test_each_envelope_counts_its_own_labels_up_to_a_limit() -> None:
    granted = dossier_facts.DecisionOutcome.GRANTED
    dossier = a_dossier(dossier_facts.DossierDecided(outcome=granted, papers=(), result_parcel_code="r"))
    facts: list[Any] = []
    for code in ("p", "r", "p"):
        facts.append(corrections.reprint(replace(dossier, label_versions=a_dossier(*facts).label_versions), code, "LOST"))

    assert [(fact.parcel_code, fact.label_version) for fact in facts] == [("p", 2), ("r", 2), ("p", 3)]
    worn = a_dossier(dossier_facts.LabelReprinted(parcel_code="p", label_version=MOST_VERSIONS, reason_code="LOST"))
    assert isinstance(refusal(lambda: corrections.reprint(dossier, "x", "LOST")), NotFound)
    assert refusal(lambda: corrections.reprint(worn, "p", "LOST")).reason == "TOO_MANY_LABELS"
    assert refusal(lambda: corrections.reprint(replace(dossier, void_parcel_code="p"), "p", "LOST")).reason == "PARCEL_VOID"


def test_a_days_sums_leave_out_training_and_the_money_of_what_was_cancelled() -> None:
    cancelled = a_dossier(weight_grams=7)
    found = day.totals([
        a_dossier(weight_grams=100), a_dossier(weight_grams=50, fee=0), a_dossier(synthetic=True),
        a_dossier(*corrections.cancel(cancelled, TODAY, "gdv", "gdv", under_way=False), weight_grams=7)])

    assert found == DayTotals(dossiers=3, cancelled=1, weight_grams=150, fee_vnd=500_000, postage_vnd=60_000)
    assert found.cash_vnd == 560_000


FOUND = DayTotals(dossiers=3, cancelled=1, weight_grams=150, fee_vnd=500_000, postage_vnd=60_000)


@pytest.mark.parametrize(("on", "counted", "kind", "reason"), [
    (TODAY + timedelta(days=1), Counted(dossiers_seen=3, fee_vnd=500_000, postage_vnd=60_000, remark=""), Refused, "DAY_NOT_OVER"),
    (TODAY, Counted(dossiers_seen=2, fee_vnd=500_000, postage_vnd=60_000, remark=""), Refused, "DAY_HAS_CHANGED"),
    (TODAY, Counted(dossiers_seen=3, fee_vnd=-1, postage_vnd=60_000, remark="x"), Invalid, "MONEY_NEGATIVE"),
    (TODAY, Counted(dossiers_seen=3, fee_vnd=0, postage_vnd=10**11, remark="x"), Invalid, "MONEY_TOO_MUCH"),
    (TODAY, Counted(dossiers_seen=3, fee_vnd=560_000, postage_vnd=0, remark=""), Invalid, "REMARK_MISSING")])
def test_a_day_is_not_closed_on_what_does_not_fit(on: date, counted: Counted, kind: type[Problem], reason: str) -> None:
    told = refusal(lambda: day.close("032248", on, TODAY, FOUND, counted, "gdv"))

    assert (type(told), told.reason) == (kind, reason)


@given(*(st.integers(0, 10**9) for _ in range(4)))
def test_a_closing_says_how_much_more_or_less_there_was_than_expected(fee: int, postage: int, fees_there: int, rest: int) -> None:
    found = DayTotals(dossiers=1, fee_vnd=fee, postage_vnd=postage)
    counted = Counted(dossiers_seen=1, fee_vnd=fees_there, postage_vnd=rest, remark="x")
    closing = day.closing(day.close("032248", TODAY, TODAY, found, counted, "gdv"), FILED)

    assert closing.difference_vnd == fees_there + rest - fee - postage
    assert closing.totals == found
    assert found.since(closing.totals) == DayTotals()


def test_a_day_is_read_as_it_is_written() -> None:
    assert day.iso_day("2026-11-26") == TODAY
    for text in ("", "26/11/2026", "2026-13-01", "2026-02-30", "x" * 100):
        assert refusal(lambda text=text: day.iso_day(text)).reason == "DATE_MALFORMED"  # type: ignore[misc]
