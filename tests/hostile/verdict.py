"""What is wrong with an answer: a fault's status, a refusal without a reason, a person's name, or a fault told in the log alone."""

import logging
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import grpc
from h11 import LocalProtocolError

_FAULTS = (grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came back: an outcome to count ("OK", a reason, "HTTP 404"), and what is wrong with it, "" for nothing."""

    outcome: str
    wrong: str = ""


def tells_a_person(text: str) -> bool:
    """Whether a canary's name or number can be read in the text, however it is joined, accented or capitalised."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    letters, digits = re.sub(r"[^a-z]", "", plain), re.sub(r"[^0-9]", "", plain)
    return "nguyenthianhtuyet" in letters or "096185001234" in digits or "0912345678" in digits


class Listener(logging.Handler):
    """Faults the services tell in their log alone: an internal error's place, a filing set aside, a loop that failed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        given = {name: each for name, each in getattr(record, "given", {}).items() if name not in ("incident", "ms")}
        text = f"log: {given or record.getMessage().strip()}"
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            text += f": {type(error).__name__}"
        # A body that breaks off in the middle has its 400 from the HTTP library before the page has its turn to answer.
        after_its_answer = record.name == "uvicorn.error" and isinstance(error, LocalProtocolError)
        if (record.levelno >= logging.ERROR and not after_its_answer) or tells_a_person(text):
            self.heard.append(text)


def of_a_refusal(error: grpc.aio.AioRpcError) -> Verdict:
    """The status, the reason and what its text tells."""
    reason = str(dict(error.trailing_metadata() or ()).get("postal-reason", ""))
    told = f"{error.details()} {dict(error.trailing_metadata() or ())}"
    if error.code() in _FAULTS:
        return Verdict(error.code().name, f"{error.code().name} {reason}")
    if not re.fullmatch(r"[A-Z][A-Z0-9_]+", reason):
        return Verdict(error.code().name, f"{error.code().name} without a reason: {reason!r}")
    return Verdict(reason, f"the details of {reason} tell a person's name or number" if tells_a_person(told) else "")


def problems(message: Any) -> list[str]:
    """Texts of the problems inside an answer."""
    if message.DESCRIPTOR.name == "Problem":
        return [f"{message.field} {message.message}"]
    return [text for field, content in message.ListFields() if field.message_type is not None
            for each in (content if field.is_repeated else (content,)) for text in problems(each)]
