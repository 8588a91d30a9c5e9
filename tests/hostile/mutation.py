"""How an input becomes another: a field of its message is changed as its descriptor says, or its bytes are spoilt."""

import random
import uuid
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from .values import fill, value

Known = dict[str, list[str]]
MOST_BYTES = 60_000
PEOPLE = ("Nguyen Thi Anh Tuyet", "Nguyễn Thị Ánh Tuyết", "096 185 001 234", "091 234 5678")  # canaries: never in an error text
_JOINS = ("", " ", "_", ".", "-", "/", "\t", "\u00a0")
_VARINTS = (b"\x00", b"\x01", b"\x7f", b"\xff\x7f", b"\xff\xff\xff\xff\x0f", b"\xff" * 9 + b"\x01", b"\x80" * 12 + b"\x01")
_NUMERIC = {FieldDescriptor.CPPTYPE_INT32: (-2**31, 2**31 - 1), FieldDescriptor.CPPTYPE_INT64: (-2**63, 2**63 - 1),
            FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1), FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1)}


def a_person(draw: random.Random) -> str:
    """Name or number of a person, written as people write it into the wrong field."""
    text = draw.choice(_JOINS).join(draw.choice(PEOPLE).split())
    return draw.choice(("", "", "", "+", "CCCD", "so:")) + draw.choice((text, text, text.upper()))


def fresh(kind: type[Message], draw: random.Random, known: Known) -> bytes:
    """A message of hostile values."""
    return _bytes_of(fill(kind(), draw, known))


def changed(kind: type[Message], raw: bytes, other: bytes, draw: random.Random, known: Known) -> bytes:
    """The message with one to three fields changed; a field may come from another message."""
    message: Any = kind()
    donor = kind()
    try:
        message.ParseFromString(raw)
        donor.ParseFromString(other)
    except DecodeError:
        return fresh(kind, draw, known)
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        _change(message, donor, draw, known)
    if "request_id" in message.DESCRIPTOR.fields_by_name and draw.random() < 0.6:  # else it is but a repeat with other content
        message.request_id = str(uuid.UUID(int=draw.getrandbits(128), version=4))
    return _bytes_of(message)


def _bytes_of(message: Any) -> bytes:
    return bytes(message.SerializeToString(deterministic=True))[:MOST_BYTES]


def _change(message: Any, donor: Any, draw: random.Random, known: Known) -> None:
    fields = message.DESCRIPTOR.fields
    if not fields:
        return None
    field = draw.choice(fields)
    way = draw.randrange(10)
    if field.message_type is not None and not field.is_repeated and way < 7:
        return _change(getattr(message, field.name), getattr(donor, field.name), draw, known)
    if way == 0:
        return message.ClearField(field.name)  # type: ignore[no-any-return]
    if way == 1:
        part = type(message)()
        part.CopyFrom(donor)
        for each in fields:
            if each.name != field.name:
                part.ClearField(each.name)
        return message.MergeFrom(part)  # type: ignore[no-any-return]
    if field.is_repeated:
        return _change_list(getattr(message, field.name), field, draw, known)
    if field.message_type is not None:
        fill(getattr(message, field.name), draw, known, 1)
        return getattr(message, field.name).SetInParent()  # type: ignore[no-any-return]
    return setattr(message, field.name, _nudged(getattr(message, field.name), field, draw) if way < 7
                   else value(field, draw, known))


def _change_list(items: Any, field: Any, draw: random.Random, known: Known) -> None:
    way = draw.randrange(6)
    if items and way == 0:
        del items[draw.randrange(len(items))]
    elif items and way == 1:  # beyond every limit of a batch, now and then
        items.extend([items[draw.randrange(len(items))]] * draw.choice((1, 1, 1, 2, 120, 1001)))
    elif items and way < 5:
        number = draw.randrange(len(items))
        if field.message_type is not None:
            _change(items[number], items[draw.randrange(len(items))], draw, known)
        else:
            items[number] = _nudged(items[number], field, draw)
    elif field.message_type is not None:
        fill(items.add(), draw, known, 1)
    else:
        items.append(value(field, draw, known))


def _nudged(old: Any, field: Any, draw: random.Random) -> Any:
    """A value near the old one."""
    if isinstance(old, str):
        return _nudged_text(old, draw)
    if isinstance(old, bytes):
        return damaged(old, old, draw)
    if isinstance(old, bool):
        return not old
    if isinstance(old, int) and field.enum_type is None:
        low, high = _NUMERIC[field.cpp_type]
        shift = 1 << draw.randrange(16)
        by = draw.choice((1, -1, old, -old, shift, -shift, draw.randrange(-256, 256), -old + draw.randrange(256)))
        return min(high, max(low, old + by))
    return draw.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 99, -1))


def _nudged_text(old: str, draw: random.Random) -> str:
    at = draw.randrange(len(old) + 1)
    letter = draw.choice(("x", "0", " ", "-", "\u0301", "\u202e", "\x00", "Đ", chr(draw.randrange(32, 127))))
    ways: tuple[Callable[[], str], ...] = (
        lambda: old[:at] + letter + old[at:], lambda: old[:at] + letter + old[at + 1:], lambda: old[:at], lambda: old[at:],
        lambda: old + old[at:], lambda: old[::-1], old.swapcase, old.upper, lambda: a_person(draw),
        lambda: old[:at] + a_person(draw) + old[at:], lambda: old[:at] + letter * draw.randrange(2, 40) + old[at:],
        lambda: letter * draw.randrange(70), lambda: old + letter * draw.choice((64, 301)))
    return draw.choice(ways)()[:12_000]


def damaged(raw: bytes, other: bytes, draw: random.Random) -> bytes:
    """The bytes flipped, cut, doubled, joined with others, overlong, or nested until nobody follows."""
    at, end = sorted((draw.randrange(len(raw) + 1), draw.randrange(len(raw) + 1)))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: _flipped(raw, draw), lambda: _flipped(raw, draw), lambda: raw[:at], lambda: raw[at:], lambda: raw + raw,
        lambda: raw[:at] + raw[end:], lambda: raw[:end] + raw[at:], lambda: raw[:at] + other[draw.randrange(len(other) + 1):],
        lambda: raw[:at] + draw.choice(_VARINTS) + raw[at:],
        lambda: raw[:at] + draw.randbytes(draw.choice((1, 2, 8, 200))) + raw[end:],
        lambda: bytes([draw.randrange(256)]) + raw, lambda: draw.choice((b"\x0a", b"\x0b", b"\x7a\x80\x08")) * 1000 + raw)
    return draw.choice(ways)()[:MOST_BYTES]


def _flipped(raw: bytes, draw: random.Random) -> bytes:
    flipped = bytearray(raw or b"\x00")
    for _ in range(draw.choice((1, 1, 3, 8))):
        flipped[draw.randrange(len(flipped))] ^= 1 << draw.randrange(8)
    return bytes(flipped)
