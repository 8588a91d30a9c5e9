"""Who decides, and which way the envelope goes. Jurisdiction-free: the counter may be anywhere (QĐ 45/2016)."""

from collections.abc import Sequence
from typing import Protocol

from services.foundation.errors import Refused


class Eligible(Protocol):
    """What is asked of a procedure (services/registry/records.py)."""

    @property
    def code(self) -> str: ...
    @property
    def postal_eligibility(self) -> str: ...
    @property
    def presence(self) -> str: ...


def check_by_post(procedure: Eligible, service: str) -> None:
    """Refuses what may not go by post (QĐ 45/2016 Đ.1 k2): PRESENCE_NEEDED, NOT_BY_POST or POST_UNKNOWN."""
    if procedure.presence == "NEEDED":
        raise Refused("PRESENCE_NEEDED", "the person must appear before the authority; it cannot be filed by post",
                      field="procedure_code", value=procedure.code)
    if procedure.postal_eligibility == "YES" or (procedure.postal_eligibility == "RESULT_ONLY" and service == "RETURN"):
        return
    if procedure.postal_eligibility == "":
        raise Refused("POST_UNKNOWN", "it is not known whether it may go by post; ask the authority",
                      field="procedure_code", value=procedure.code)
    raise Refused("NOT_BY_POST", f"the published way is {procedure.postal_eligibility}; it cannot be filed by post",
                  field="procedure_code", value=procedure.code)


def check_one_place(codes: Sequence[str]) -> str:
    """The one unit; a place that was split is refused with the choices (PLACE_SPLIT)."""
    if len(codes) > 1:
        raise Refused("PLACE_SPLIT", f"this place was split; ask and name one of {', '.join(codes)}", field="unit_code")
    return codes[0]


def route(origin: str, origin_hub: str, destination_hub: str, destination: str) -> tuple[str, ...]:
    """Offices to pass, each once: counter, hub, the other province's hub, the office that serves the desk."""
    if origin == destination:
        return (origin,)
    return tuple(dict.fromkeys((origin, origin_hub, destination_hub, destination)))
