"""How a failure of the driver is told."""

from contextlib import contextmanager
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from ..errors import Unavailable

DUPLICATE = 11000
_TIMEOUT_S = 5


@contextmanager
def told() -> Any:
    """A failure of the driver as ours; its text stays here, it may quote documents."""
    try:
        with pymongo.timeout(_TIMEOUT_S):
            yield
    except PyMongoError as error:
        raise Unavailable("STORE_UNAVAILABLE", "the database does not answer; retry with the same request id") from error
