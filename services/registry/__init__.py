"""Reference data with validity dates: administrative units, authorities, offices, procedures, holidays.

Read in this order: records (what there is), loading (from data/ into records), places (names and codes of any time to
today's units), registry (look-ups), derive (how data/ was made).
"""

from .loading import load
from .records import (
    Authority,
    Office,
    PostalEligibility,
    PresenceRule,
    Procedure,
    ProcedureLevel,
    PublishedPaper,
    TermUnit,
    Unit,
)
from .registry import Registry

__all__ = ["Authority", "Office", "PostalEligibility", "PresenceRule", "Procedure", "ProcedureLevel", "PublishedPaper",
           "Registry", "TermUnit", "Unit", "load"]
