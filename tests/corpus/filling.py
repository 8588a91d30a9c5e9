"""One of each kind of fact with every field filled, by the types of its fields."""

import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from .meaning import OWNED

_WHEN = datetime(2026, 11, 24, 3, 0, 0, 7000, tzinfo=UTC)


def every_fact(when: datetime = _WHEN) -> Iterator[Any]:
    """An example of each kind that this version writes; ``when`` stands at all its times."""
    for registry in OWNED:
        for cls in registry._classes.values():
            yield filled(cls, when=when)


def filled(kind: Any, name: str = "", *, when: datetime = _WHEN) -> Any:
    """A value of a type, never its default."""
    if get_origin(kind) in (Union, types.UnionType):
        return filled(next(each for each in get_args(kind) if each is not type(None)), name, when=when)
    if get_origin(kind) is tuple:
        return (filled(get_args(kind)[0], name, when=when),)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: filled(hints[field.name], field.name, when=when) for field in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return list(kind)[-1]
    if kind is str:
        return "2026-11-30" if "date" in name else f"{name} đủ dấu"
    return {bool: True, int: 7, bytes: b"\x00\xff", datetime: when, date: when.date()}[kind]
