"""Messages of any kind filled with values made to hurt, from their descriptors; one seed, one sequence."""

import random
import uuid
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

TEXTS = ("", " ", "x", "A" * 10_000, "Nguyễn Thị Ánh Tuyết", "Nguye\u0302\u0303n", "\u202eabc", "a\x00b", "\ufeff", "\u200d",
         "🧾" * 50, "096185001234", "Nguyen Thi Anh Tuyet",
         "a" + "\u0301" * 500, "'; DROP TABLE facts; --", '{"$ne": null}', "../../etc/passwd", "%s%n{0}", "RH123456785VN",
         "1.014092", "01", "032248", "TINH-01", "XA-25978", "0000000000000", "2026-02-30", "-1", "\u00a0", "H26-261124-0001",
         "ĐỒNG Ý", "null", "NaN", "1e309", "\U000e0041")
NUMBERS = (0, 1, -1, 2, 7, 99, 500_000, 2**31 - 1, -2**31)
WIDE = (*NUMBERS, 2**62, 2**63 - 1, -2**63)
_INTS = {FieldDescriptor.TYPE_INT32: NUMBERS, FieldDescriptor.TYPE_INT64: WIDE, FieldDescriptor.TYPE_SINT32: NUMBERS,
         FieldDescriptor.TYPE_SINT64: WIDE, FieldDescriptor.TYPE_UINT32: (0, 1, 2**32 - 1),
         FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1)}


def fill(message: Any, draw: random.Random, known: dict[str, list[str]], depth: int = 0) -> Any:
    """The message with each field left out, ordinary or terrible; ``known`` holds values that lead somewhere."""
    for field in message.DESCRIPTOR.fields:
        if draw.random() < 0.25:
            continue
        if field.is_repeated:
            for _ in range(draw.choice((0, 1, 2, 5))):
                _add(message, field, draw, known, depth)
        elif field.message_type is not None:
            if depth < 3:
                fill(getattr(message, field.name), draw, known, depth + 1)
                getattr(message, field.name).SetInParent()
        else:
            setattr(message, field.name, value(field, draw, known))
    return message


def _add(message: Any, field: Any, draw: random.Random, known: dict[str, list[str]], depth: int) -> None:
    if field.message_type is not None:
        fill(getattr(message, field.name).add(), draw, known, depth + 1)
    else:
        getattr(message, field.name).append(value(field, draw, known))


def value(field: Any, draw: random.Random, known: dict[str, list[str]]) -> Any:
    """One scalar."""
    if field.enum_type is not None:
        return draw.choice((0, 1, 2, 3, 4, 99, -1))
    if field.type == FieldDescriptor.TYPE_BOOL:
        return draw.random() < 0.5
    if field.type == FieldDescriptor.TYPE_BYTES:
        return draw.randbytes(draw.choice((0, 1, 40)))
    if field.type in _INTS:
        return draw.choice(_INTS[field.type])
    if field.name == "request_id" and draw.random() < 0.7:
        return str(uuid.UUID(int=draw.getrandbits(128), version=4))
    if field.name in known and draw.random() < 0.5:
        return draw.choice(known[field.name])
    return draw.choice(TEXTS)
