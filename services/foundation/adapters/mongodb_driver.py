"""How a failure of the driver is told."""

from contextlib import contextmanager
from typing import Any

import pymongo
from pymongo.errors import BulkWriteError, PyMongoError

from ..errors import Unavailable

DUPLICATE = 11000
_TIMEOUT_S = 5
LONG_S = 600  # what operators do with all there is


@contextmanager
def told(within_s: float = _TIMEOUT_S) -> Any:
    """A failure of the driver as ours; its text stays here, it may quote documents."""
    try:
        with pymongo.timeout(within_s):
            yield
    except PyMongoError as error:
        raise Unavailable("STORE_UNAVAILABLE", "the database does not answer; retry with the same request id") from error


def duplicates(error: BulkWriteError) -> list[int]:
    """Numbers of the writes whose place was taken; raises the error if anything else is wrong, a majority that did
    not confirm among it."""
    details = error.details or {}
    failed = details.get("writeErrors", ())
    if details.get("writeConcernErrors") or not failed or any(each["code"] != DUPLICATE for each in failed):
        raise error
    return [int(each["index"]) for each in failed]
