"""What the registry holds. Field names are those of proto/postal/intake/v1/procedure.proto where both exist."""

from dataclasses import dataclass
from enum import StrEnum


class ProcedureLevel(StrEnum):
    """Who decides."""

    COMMUNE = "COMMUNE"
    PROVINCE = "PROVINCE"
    MINISTRY = "MINISTRY"


class TermUnit(StrEnum):
    """What a term is counted in; UNSPECIFIED is unknown."""

    UNSPECIFIED = ""
    WORKING_DAY = "WORKING_DAY"
    DAY = "DAY"
    HOUR = "HOUR"


class PostalEligibility(StrEnum):
    """Whether a dossier may be filed by post."""

    UNSPECIFIED = ""
    YES = "YES"
    NO = "NO"
    PAPERS_ONLY = "PAPERS_ONLY"
    RESULT_ONLY = "RESULT_ONLY"
    LISTED_ONLY = "LISTED_ONLY"
    EXCEPTION_ONLY = "EXCEPTION_ONLY"


class PresenceRule(StrEnum):
    """Whether the person must come."""

    UNSPECIFIED = ""
    NOT_NEEDED = "NOT_NEEDED"
    NEEDED = "NEEDED"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedPaper:
    """One line of a published paper list; a count of None is unknown."""

    name: str
    originals: int | None
    copies: int | None
    conditional: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Procedure:
    """A national procedure. None and UNSPECIFIED mean unknown."""

    code: str
    name: str
    short_name: str
    field: str
    level: ProcedureLevel
    competence_rule: str
    term_value: int | None
    term_unit: TermUnit
    fee_vnd: int | None
    papers: tuple[PublishedPaper, ...]
    postal_eligibility: PostalEligibility
    presence: PresenceRule
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """An administrative unit of today: a province (two digits) or a commune (five)."""

    code: str
    name: str
    province_code: str
    province_name: str

    @property
    def full_name(self) -> str:
        """Name with its province."""
        return self.name if self.code == self.province_code else f"{self.name}, {self.province_name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FormerUnit:
    """A commune of before 2025-07-01."""

    code: str
    name: str
    district: str
    province: str
    successors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """A one-stop desk (Bộ phận Một cửa) of a commune ("XA-25978") or province ("TINH-01")."""

    code: str
    name: str
    level: ProcedureLevel
    unit_code: str
    unit_name: str
    office_code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """A post office: a counter in a commune ("025978") or the sorting hub of a province ("979000"). Sample data."""

    code: str
    name: str
    kind: str  # "COUNTER" or "HUB"
    unit_code: str
    province_code: str
