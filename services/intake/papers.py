"""What a label and a receipt say, gathered from dossier, applicant and registry."""

from services.foundation.calendar import VIETNAM
from services.foundation.errors import Invalid
from services.registry import Registry

from .dossier import Dossier
from .dossier_facts import Paper
from .filing import Applicant
from .forms import receipt as receipt_form
from .forms import slip
from .forms.words import ReceiptContent
from .labels import MEDIA_TYPES, checked_paper, drawn, render
from .labels.label import LabelContent

_ERASED = Applicant(full_name="(đã xóa)", identity_number="", phone="", address="(đã xóa)")


def masked(text: str, shown: int = 3) -> str:
    """Only the last characters: "*********567"."""
    return "*" * max(0, len(text) - shown) + text[-shown:]


def label(registry: Registry, dossier: Dossier, applicant: Applicant | None, said: tuple[str, str], parcel_code: str,
          wanted: str, medium: str = "100X150", dpi: int = 203, *, copy: bool = False) -> tuple[bytes, str]:
    """(bytes, media type) of one envelope's newest label; ``said`` is (address, signed code or "") of its QRs."""
    inside, grams = _inside(dossier, parcel_code)
    person, home = applicant or _ERASED, registry.office(dossier.office_code)
    authority = registry.authority(dossier.authority_code)
    citizen = (person.full_name, person.address, masked(person.phone))
    desk = (authority.name, authority.unit_name, "")
    back = parcel_code == dossier.result_parcel_code
    sender, receiver = (desk, citizen) if back else (citizen, desk)
    route = tuple(reversed(dossier.route)) if back else dossier.route
    content = LabelContent(
        tracking_url=said[0], signed=said[1], label_version=dossier.label_version(parcel_code),
        tracking_code=dossier.tracking_code, parcel_code=parcel_code, sender_name=sender[0],
        sender_address=sender[1], sender_phone=sender[2], receiver_name=receiver[0], receiver_address=receiver[1],
        receiver_phone=receiver[2], office=f"{home.name} ({home.code})",
        route=tuple(registry.office(code).name for code in route), service=dossier.service.value,
        weight_grams=grams, papers_count=sum(paper.originals + paper.copies for paper in inside),
        seal_number=dossier.seal_number, filed=f"{dossier.file_time.astimezone(VIETNAM):%d/%m/%Y %H:%M}", copy=copy)
    return render(content, wanted, medium, dpi)


def _inside(dossier: Dossier, parcel_code: str) -> tuple[tuple[Paper, ...], int]:
    """(papers, grams) of one of the dossier's envelopes; grams 0 where nobody has weighed it."""
    if parcel_code == dossier.parcel_code:
        return dossier.papers, dossier.weight_grams
    if parcel_code == dossier.supplement_parcel_code:
        return dossier.papers_supplied, dossier.supplement_weight_grams
    return dossier.result_papers, 0


def receipt(registry: Registry, dossier: Dossier, applicant: Applicant | None, url: str,
            wanted: str = "PDF", medium: str = "", dpi: int = 203, *, copy: bool = False) -> tuple[bytes, str]:
    """(bytes, media type) of the receipt: the form on A5 as PDF, else a slip; "" is A5 for a PDF, a roll of 80 mm for the rest."""
    person, home = applicant or _ERASED, registry.office(dossier.office_code)
    content = ReceiptContent(
        office=f"{home.name} ({home.code})", full_name=person.full_name, address=person.address,
        phone=person.phone, identity_number=masked(person.identity_number),
        procedure=f"{dossier.procedure_code} – {registry.procedure(dossier.procedure_code).name}",
        authority=registry.authority(dossier.authority_code).name + ", " + registry.authority(dossier.authority_code).unit_name,
        papers=tuple((paper.name, paper.originals, paper.copies) for paper in dossier.papers),
        fee_vnd=dossier.fee_vnd, postage_vnd=dossier.postage_vnd, tracking_code=dossier.tracking_code,
        tracking_url=url, parcel_code=dossier.parcel_code, dossier_code=dossier.dossier_code,
        transit_due=dossier.transit_due_date, due=dossier.due_date, filed=dossier.file_time.astimezone(VIETNAM),
        service=dossier.service.value, copy=copy)
    if (medium or ("A5" if wanted == "PDF" else "ROLL_80")) != "A5":
        chosen = checked_paper(wanted, medium or "ROLL_80", dpi)
        return drawn(slip.placed(content, chosen), wanted, chosen, medium or "ROLL_80")
    if wanted != "PDF":
        raise Invalid("MEDIUM_WRONG", "A5 comes as PDF; name a roll or a label sheet", field="medium")
    return receipt_form.render(content), MEDIA_TYPES["PDF"]
