"""The two drivers behind one small set of functions.

Motor is past its end of life, PyMongo's own asyncio client follows it; they differ in the few calls below and in
nothing else that we use. Every operation is bounded by ``answering``.
"""

import inspect
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from ...errors import Refused, Unavailable

LONGEST_S = 5.0
DUPLICATE_KEY = 11000
# What was acknowledged is on a majority's disks, and what is read can no longer be rolled back.
_PROMISES: dict[str, Any] = {
    "w": "majority", "journal": True, "readConcernLevel": "majority", "readPreference": "primary",
    "retryWrites": True, "retryReads": True, "maxPoolSize": 32, "connectTimeoutMS": 3000, "appname": "dossier-post",
}


@contextmanager
def answering() -> Iterator[None]:
    """Bounds the calls inside to five seconds in all; raises Unavailable for whatever the driver cannot do."""
    try:
        with pymongo.timeout(LONGEST_S):
            yield
    except PyMongoError as error:
        raise Unavailable("STORE_DOES_NOT_ANSWER", "the store does not answer; retry with the same request id") from error


async def connect(uri: str, driver: str) -> Any:
    """A client whose promises hold, of ``driver`` "motor" or "pymongo"."""
    if driver == "motor":
        from motor.motor_asyncio import AsyncIOMotorClient

        client: Any = AsyncIOMotorClient(uri, **_PROMISES)
    else:
        client = pymongo.AsyncMongoClient(uri, **_PROMISES)
    try:
        with answering():
            hello = await client.admin.command("hello")
        if "setName" not in hello:
            raise Refused("STORE_NOT_A_REPLICA_SET", "start mongod with --replSet, also a single one", field="store")
    except BaseException:
        await close(client)
        raise
    return client


async def close(client: Any) -> None:
    """Ends the client's connections."""
    ending = client.close()  # a coroutine in PyMongo, nothing in motor
    if inspect.isawaitable(ending):
        await ending


@asynccontextmanager
async def snapshot(client: Any) -> AsyncIterator[Any]:
    """A session whose reads all show one moment, majority-committed."""
    starting = client.start_session(snapshot=True)  # a coroutine in motor, the session itself in PyMongo
    session = await starting if inspect.isawaitable(starting) else starting
    try:
        yield session
    finally:
        await session.end_session()


async def aggregate(collection: Any, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """All documents of an aggregation."""
    running = collection.aggregate(pipeline)  # a coroutine in PyMongo, the cursor itself in motor
    cursor = await running if inspect.isawaitable(running) else running
    found: list[dict[str, Any]] = await cursor.to_list(None)
    return found
