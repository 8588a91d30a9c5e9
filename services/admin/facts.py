"""Facts of what operators did; they never leave the streams they lie in."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasedPart:
    """A sealed blob that was removed; its hash tells whether it is still somewhere."""

    service: str
    subject: str
    sealed_sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivatePartErased:
    """What was removed, and why."""

    filing_id: str
    parts: tuple[ErasedPart, ...]
    reason_code: str


ALL = (PrivatePartErased,)
