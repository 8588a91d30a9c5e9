"""Every store port on MongoDB: driver.py (motor or PyMongo behind four functions), streams.py, views.py (and sequences).

``replica.py`` makes a replica set of one out of a fresh mongod, for tests and ``make up``.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from ...ports import Stores
from .driver import close, connect
from .streams import MongoStreams
from .views import MongoSequences, MongoViews

__all__ = ["stores"]


@asynccontextmanager
async def stores(
    uri: str, database: str, declared: Mapping[str, Sequence[str]], driver: str = "motor",
) -> AsyncIterator[Stores]:
    """One service's stores in its own database; makes the indexes it needs.

    Raises Unavailable if no primary answers, Refused STORE_NOT_A_REPLICA_SET for a mongod standing alone: that one
    neither retries writes nor reads by majority.
    """
    client = await connect(uri, driver)
    try:
        base = client[database]
        streams, views = MongoStreams(client, base), MongoViews(base, declared)
        await streams.make_indexes()
        await views.make_indexes()
        yield Stores(streams, views, MongoSequences(base))
    finally:
        await close(client)
