"""Dataclasses to protobuf messages and back, by name.

A dataclass stands for the message of the same fields: ``str int bool bytes`` as they are, ``datetime`` as Timestamp
(UTC, milliseconds), ``date`` as ISO text ("" is None), ``StrEnum`` by the enum value's name without its prefix, a
nested dataclass as a message, a tuple as repeated, ``X | None`` as presence. A message may have fields the dataclass
does not name: a reader compiles only what it reads.
"""

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, Union, get_args, get_origin, get_type_hints

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message
from postal.admin.v1 import operation_events_pb2 as _operators_facts  # noqa: F401  fills the descriptor pool
from postal.courier.v1 import device_events_pb2 as _device_facts  # noqa: F401  fills the descriptor pool
from postal.courier.v1 import parcel_events_pb2 as _courier_facts  # noqa: F401  fills the descriptor pool
from postal.intake.v1 import counter_events_pb2 as _counter_facts  # noqa: F401  fills the descriptor pool
from postal.intake.v1 import dossier_events_pb2 as _intake_facts  # noqa: F401  fills the descriptor pool
from postal.intake.v1 import print_events_pb2 as _print_facts  # noqa: F401  fills the descriptor pool

from .errors import Invalid
from .recent import Recent

FieldDescriptor = Any  # the pure and the C implementation have a class each

_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_recent: Recent[Any] = Recent(8192)  # facts by class and bytes
_TYPE_OF: dict[type, str] = {}  # fact class -> full message name, for encode


class Registry:
    """The facts one service states or reads, by full message name."""

    def __init__(self) -> None:
        self._classes: dict[str, type] = {}

    def register(self, package: str, *classes: type) -> None:
        """Names each class's message ``package.ClassName``; raises KeyError if there is no such message."""
        for cls in classes:
            name = f"{package}.{cls.__name__}"
            _message_class(name)
            self._classes[name] = cls
            _TYPE_OF[cls] = name

    def knows(self, type_name: str) -> bool:
        """Whether facts of this type are read here."""
        return type_name in self._classes

    def decode(self, type_name: str, data: bytes) -> Any:
        """The fact; raises Invalid UNKNOWN_FACT_TYPE or UNREADABLE_FACT."""
        cls = self._classes.get(type_name)
        if cls is None:
            raise Invalid("UNKNOWN_FACT_TYPE", "this service does not read such facts", field="type", value=type_name)
        known = _recent.get((cls, data))
        if known is not None:
            return known
        message = _message_class(type_name)()
        try:
            message.ParseFromString(data)
            return _recent.keep((cls, data), from_message(message, cls))
        except (DecodeError, Invalid, ValueError) as error:
            raise Invalid("UNREADABLE_FACT", "the bytes do not hold such a fact", field="type", value=type_name) from error


def encode(fact: Any) -> tuple[str, bytes]:
    """Full message name and deterministic bytes of a registered fact."""
    cls = type(fact)
    name = _TYPE_OF[cls]
    message = to_message(fact, _message_class(name))
    data = message.SerializeToString(deterministic=True)
    # What the bytes say, not what was given: a process that reads them after a restart has nothing else.
    _recent.keep((cls, data), from_message(message, cls))
    return name, data


def to_message(record: Any, message_class: type[Message]) -> Any:
    """A new message with the record's values; fields of None stay absent."""
    return message_class(**_values(record, _writers(record.__class__, message_class.DESCRIPTOR.full_name)))


def from_message(message: Message, cls: type) -> Any:
    """The record of a message. An unset or unknown enum value raises Invalid naming the field."""
    return cls(**{name: read(message) for name, read in _readers(cls, message.DESCRIPTOR.full_name)})


@cache
def _message_class(full_name: str) -> type[Message]:
    return message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(full_name))


_Writer = Callable[[Any], Any]


def _values(record: Any, writers: tuple[tuple[str, _Writer], ...]) -> dict[str, Any]:
    """The record's fields as what a message's constructor takes."""
    found = {}
    for name, write in writers:
        value = getattr(record, name)
        if value is not None:
            found[name] = write(value)
    return found


@cache
def _writers(cls: type, message_name: str) -> tuple[tuple[str, _Writer], ...]:
    """A writer for each field that both have: worked out once, since every call and every fact goes through here."""
    descriptors, hints = _message_class(message_name).DESCRIPTOR.fields_by_name, get_type_hints(cls)
    found = []
    for each in fields(cls):
        descriptor = descriptors.get(each.name)
        if descriptor is not None:
            _, repeated, kind = _unwrap(hints[each.name])
            one = _value_writer(descriptor, kind)
            found.append((each.name, _each(one) if repeated and one is not _as_it_is else one))
    return tuple(found)


def _value_writer(descriptor: FieldDescriptor, kind: Any) -> _Writer:
    if descriptor.enum_type is not None:
        prefix, numbers = _prefix(descriptor), descriptor.enum_type.values_by_name
        known = {member: numbers[prefix + member.name].number for member in kind if prefix + member.name in numbers}
        return known.__getitem__
    if kind is datetime:
        return _stamp
    if is_dataclass(kind):
        writers = _writers(kind, descriptor.message_type.full_name)  # type: ignore[arg-type]
        return lambda record: _values(record, writers)
    if kind is date:
        return date.isoformat
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return str
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _each(one: _Writer) -> _Writer:
    return lambda values: [one(value) for value in values]


def _stamp(moment: datetime) -> dict[str, int]:
    ms = (moment - _EPOCH) // _MILLISECOND  # cut, as the envelope's times are; exact in every year
    return {"seconds": ms // 1000, "nanos": ms % 1000 * 1_000_000}


@cache
def _prefix(descriptor: FieldDescriptor) -> str:
    return str(descriptor.enum_type.values_by_number[0].name).removesuffix("UNSPECIFIED")


def _unwrap(hint: Any) -> tuple[bool, bool, Any]:
    """(may be None, is repeated, the plain type)."""
    if get_origin(hint) in (Union, types.UnionType):
        kinds = [each for each in get_args(hint) if each is not type(None)]
        return True, *_unwrap(kinds[0])[1:]
    if get_origin(hint) is tuple:
        return False, True, get_args(hint)[0]
    return False, False, hint


@cache
def _readers(cls: type, message_name: str) -> tuple[tuple[str, Callable[[Message], Any]], ...]:
    descriptors = _message_class(message_name).DESCRIPTOR.fields_by_name
    hints, readers = get_type_hints(cls), []
    for each in fields(cls):
        descriptor = descriptors.get(each.name)
        if descriptor is not None:
            readers.append((each.name, _reader(descriptor, hints[each.name])))
        elif each.default is MISSING and each.default_factory is MISSING:
            raise TypeError(f"{message_name} has no field {each.name}, and {cls.__name__} no default for it")
    return tuple(readers)


def _reader(descriptor: FieldDescriptor, hint: Any) -> Callable[[Message], Any]:
    name = descriptor.name
    optional, repeated, kind = _unwrap(hint)
    one, take = _value_reader(descriptor, kind, optional), attrgetter(name)
    if repeated:
        return (lambda message: tuple(take(message))) if one is _as_it_is else lambda message: tuple(map(one, take(message)))
    if optional and descriptor.has_presence:
        return lambda message: one(take(message)) if message.HasField(name) else None
    return take if one is _as_it_is else lambda message: one(take(message))


def moment(stamp: Any, field: str) -> datetime:
    """UTC, cut to milliseconds; raises Invalid TIME_OUT_OF_RANGE for what no calendar holds."""
    try:
        return datetime.fromtimestamp(stamp.seconds, UTC).replace(microsecond=stamp.nanos // 1_000_000 * 1000)
    except (ValueError, OverflowError, OSError):
        raise Invalid("TIME_OUT_OF_RANGE", "a moment of the years 1 to 9999 is needed", field=field) from None


def choice_name(message: Any, field: str) -> str:
    """Name of an enum field's value without its prefix; raises Invalid <FIELD>_UNKNOWN."""
    descriptor: Any = message.DESCRIPTOR.fields_by_name[field]
    known = descriptor.enum_type.values_by_number.get(getattr(message, field))
    if known is None:
        raise Invalid(f"{field.upper()}_UNKNOWN", "name one of the listed values", field=field, value=getattr(message, field))
    return str(known.name).removeprefix(_prefix(descriptor))


def _value_reader(descriptor: FieldDescriptor, kind: Any, optional: bool) -> Callable[[Any], Any]:
    if kind is datetime:
        return lambda stamp: moment(stamp, descriptor.name)
    if is_dataclass(kind):
        made: Any = kind
        inner = _readers(made, descriptor.message_type.full_name)
        return lambda message: made(**{name: read(message) for name, read in inner})
    if kind is date:
        return lambda text: date.fromisoformat(text) if text else None
    if descriptor.enum_type is not None:
        return _enum_reader(descriptor, kind, optional)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    return _as_it_is


def _enum_reader(descriptor: FieldDescriptor, kind: Any, optional: bool) -> Callable[[int], Any]:
    prefix = _prefix(descriptor)
    members = {value.number: getattr(kind, value.name.removeprefix(prefix), None)
               for value in descriptor.enum_type.values}

    def read(number: int) -> Any:
        member = members.get(number)
        if member is None and not (optional and number == 0):
            reason = f"{descriptor.name.upper()}_MISSING" if number == 0 else f"{descriptor.name.upper()}_UNKNOWN"
            raise Invalid(reason, "name one of the listed values", field=descriptor.name, value=number)
        return member

    return read
