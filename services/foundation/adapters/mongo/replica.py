"""A fresh mongod becomes a replica set of one, for tests and ``make up``."""

import time
from collections.abc import Callable

import pymongo
from pymongo.errors import AutoReconnect, ConnectionFailure, OperationFailure

_NOT_YET_INITIATED, _ALREADY_INITIATED = 94, 23


def until_primary(port: int, name: str, deadline_s: float, is_alive: Callable[[], bool]) -> bool:
    """Initiates the set if that is still to be done and waits until its only member takes writes; False if it dies
    or takes longer."""
    end = time.monotonic() + deadline_s
    client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=200)
    with client:
        while is_alive() and time.monotonic() < end:
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return True
                _initiate(client, name, port)
            except (AutoReconnect, ConnectionFailure):
                pass  # it is still starting
            time.sleep(0.05)
    return False


def _initiate(client: "pymongo.MongoClient[dict[str, object]]", name: str, port: int) -> None:
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIATED:
            return  # it is electing itself
        try:
            client.admin.command("replSetInitiate", {
                "_id": name, "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}],
                "settings": {"electionTimeoutMillis": 2000}})
        except OperationFailure as refused:
            if refused.code != _ALREADY_INITIATED:
                raise
