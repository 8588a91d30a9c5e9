"""Values that never change, kept for a while under what they were made from.

A fact that was just written is read several times soon after: by its relay and by its readers.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The newest ``most`` values by key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable) -> Value | None:
        """The value, or None."""
        return self._kept.get(key)

    def keep(self, key: Hashable, value: Value) -> Value:
        """Remembers it; gives it back."""
        self._kept[key] = value
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value
