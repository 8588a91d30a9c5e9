"""Two ledgers that never mix: the official fee (phí, lệ phí) and the postage (cước). QĐ 45/2016 Đ.6 k6, 11, 12, 15.

Each entry debits one account and credits another by the same whole number of đồng, so every ledger sums to zero.
"""

from services.foundation.errors import Invalid

from .dossier_facts import LedgerPosted

MOST_VND = 10_000_000_000
FEE, POSTAGE = "FEE", "POSTAGE"
FILING, CANCELLATION = "FILING", "CANCELLATION"


def check_amount(amount_vnd: int, field: str) -> int:
    """Whole đồng, not below zero; raises Invalid MONEY_NEGATIVE or MONEY_TOO_MUCH."""
    if amount_vnd < 0:
        raise Invalid("MONEY_NEGATIVE", "an amount of zero or more đồng is needed", field=field, value=amount_vnd)
    if amount_vnd > MOST_VND:
        raise Invalid("MONEY_TOO_MUCH", f"at most {MOST_VND} đồng", field=field, value=amount_vnd)
    return amount_vnd


def check_fee(amount_vnd: int, published_vnd: int | None) -> int:
    """The fee taken must be the published one where one is published; raises Invalid FEE_WRONG."""
    check_amount(amount_vnd, "fee_vnd")
    if published_vnd is not None and amount_vnd != published_vnd:
        raise Invalid("FEE_WRONG", f"the published fee is {published_vnd} đồng", field="fee_vnd", value=amount_vnd)
    return amount_vnd


def taken(entry: LedgerPosted) -> int:
    """What an entry adds to the money taken, in đồng: below zero if it gives back."""
    return -entry.amount_vnd if entry.purpose == CANCELLATION else entry.amount_vnd


def given_back(office: str, authority: str, fee_vnd: int, postage_vnd: int) -> list[LedgerPosted]:
    """The entries of the filing turned round; a ledger's own entries are never changed."""
    return [LedgerPosted(ledger=each.ledger, debit_account=each.credit_account, credit_account=each.debit_account,
                         amount_vnd=each.amount_vnd, purpose=CANCELLATION)
            for each in taken_at_filing(office, authority, fee_vnd, postage_vnd)]


def taken_at_filing(office: str, authority: str, fee_vnd: int, postage_vnd: int) -> list[LedgerPosted]:
    """Entries for money taken at the counter; none for zero."""
    entries = ((FEE, f"authority/{authority}", fee_vnd), (POSTAGE, f"postage/{office}", postage_vnd))
    return [LedgerPosted(ledger=ledger, debit_account=f"cash/{office}", credit_account=credit, amount_vnd=amount,
                         purpose=FILING) for ledger, credit, amount in entries if amount]
