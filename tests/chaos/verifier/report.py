"""All invariants under their numbers, what they found, and what cannot be checked yet."""

from collections.abc import Callable, Iterator

from . import custody, events, evidence, filing, rest
from .dataset import DataSet

Check = Callable[[DataSet], Iterator[str]]
CHECKS: dict[str, Check] = {
    "I1": filing.i1, "I2": filing.i2, "I3": filing.i3, "I4": filing.i4, "I5": filing.i5,
    "I6": events.i6, "I7": events.i7, "I8": events.i8, "I9": events.i9, "I10": events.i10, "I11": events.i11,
    "I12": filing.i12, "I13": custody.i13, "I14": custody.i14, "I15": custody.i15, "I18": custody.i18,
    "I19": filing.i19, "I21": filing.i21, "I22": filing.i22, "I26": rest.i26, "I27": rest.i27, "I28": filing.i28,
    "I29": rest.i29, "I30": rest.i30, "I32": rest.i32,
    "I35": evidence.i35, "I36": custody.i36,
}
NOT_YET = {
    "I16": "bags are not built", "I17": "bags are not built", "I20": "lost and found is not built",
    "I23": "checkpoints of the audit are not built", "I24": "an audit of calls is not built",
    "I25": "an audit of calls is not built",
    "I31": "make bench measures memory; no baseline is kept in a data set",
}
ACROSS = {"I33": "what a restored data set lacks of the lost one", "I34": "compared between data sets by their state hash"}


def violations(data: DataSet) -> dict[str, list[str]]:
    """Invariant -> what breaks it, only those that are broken."""
    found = {name: sorted(set(check(data))) for name, check in CHECKS.items()}
    return {name: broken for name, broken in found.items() if broken}


def unsettled(data: DataSet) -> list[str]:
    """What has still to arrive before the data set is quiet."""
    return [*events.i8(data), *custody.untold(data), *(name for waiting in data.waiting.values() for name in waiting)]
