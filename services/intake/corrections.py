"""What a counter may put right afterwards: a filing that was a mistake, and a label that cannot be read."""

from datetime import date
from typing import Any

from services.foundation.calendar import VIETNAM
from services.foundation.codes import MOST_VERSIONS
from services.foundation.errors import Refused

from . import fees
from .dossier import Dossier, move
from .dossier_facts import DossierState, DossierWithdrawn, LabelReprinted

CLERK_MISTAKE = "CLERK_MISTAKE"


def cancel(dossier: Dossier, today: date, filed_by: str, clerk: str, *, under_way: bool) -> list[Any]:
    """A clerk's mistake is undone: the move to WITHDRAWN, the envelope's code void, and the money back in the ledgers.

    Only by who filed it, on the day of filing (local dates), before the envelope was seen on its way: what a courier has taken
    is real, and comes back as a withdrawal. Raises Refused NOT_YOUR_FILING, CANCEL_TOO_LATE, ENVELOPE_UNDER_WAY, MOVE_NOT_ALLOWED.
    """
    if clerk != filed_by:
        raise Refused("NOT_YOUR_FILING", "only the clerk who filed it may cancel it; withdraw it instead", field="filing_id")
    withdrawn = move(dossier, DossierWithdrawn(reason_code=CLERK_MISTAKE, void_parcel_code=dossier.parcel_code))
    if dossier.state is not DossierState.REGISTERED or dossier.lodge_time or under_way:
        raise Refused("ENVELOPE_UNDER_WAY", "the envelope was scanned or handed over; withdraw the dossier instead",
                      field="filing_id")
    if dossier.file_time.astimezone(VIETNAM).date() != today:
        raise Refused("CANCEL_TOO_LATE", "it was filed on another day; withdraw the dossier instead", field="filing_id")
    return [withdrawn, *fees.given_back(dossier.office_code, dossier.authority_code, dossier.fee_vnd, dossier.postage_vnd)]


def reprint(dossier: Dossier, parcel_code: str, reason_code: str) -> LabelReprinted:
    """The next version of an envelope's label. Raises NotFound PARCEL_UNKNOWN, Refused PARCEL_VOID, TOO_MANY_LABELS."""
    if dossier.check_envelope(parcel_code) == dossier.void_parcel_code:
        raise Refused("PARCEL_VOID", "the filing was cancelled; its code is void", field="parcel_code")
    version = dossier.label_version(parcel_code) + 1
    if version > MOST_VERSIONS:
        raise Refused("TOO_MANY_LABELS", f"an envelope has at most {MOST_VERSIONS} labels; withdraw it and file anew",
                      field="parcel_code")
    return LabelReprinted(parcel_code=parcel_code, label_version=version, reason_code=reason_code)
