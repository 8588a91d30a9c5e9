"""Makes a fresh mongod a replica set of one, or several a set: for local servers, and `python -m
services.foundation.adapters.mongodb_set HOST:PORT…` for those of a cluster."""

import sys
import time
from collections.abc import Sequence
from typing import Any

import pymongo
from pymongo.errors import OperationFailure

_ELECTION_MS, _PATIENCE_MS = 2000, 60_000
_ALREADY, _NOT_FOUND = 23, (74, 93)  # a name that does not lead to itself yet


def make_replica_set(port: int, members: Sequence[int]) -> None:
    """Makes fresh mongods a replica set, told to the one at ``port``, and waits until it can be written to. ``members`` are the
    ports by which they and their clients reach each other."""
    make_set(f"127.0.0.1:{port}", [f"127.0.0.1:{each}" for each in members])


def make_set(told: str, members: Sequence[str]) -> None:
    """The same by addresses HOST:PORT. A set that is there already stays as it is."""
    wanted = {"_id": "rs0", "members": [{"_id": number, "host": each} for number, each in enumerate(members)],
              "settings": {"electionTimeoutMillis": _ELECTION_MS}}
    deadline = time.monotonic() + _PATIENCE_MS / 1000
    client: Any = pymongo.MongoClient(f"mongodb://{told}/?directConnection=true", serverSelectionTimeoutMS=_PATIENCE_MS)
    with client:
        while True:
            try:
                client.admin.command("replSetInitiate", wanted)
            except OperationFailure as error:
                if error.code in _NOT_FOUND and time.monotonic() < deadline:
                    time.sleep(0.2)
                    continue
                if error.code != _ALREADY:
                    raise
            break
    set_client: Any = pymongo.MongoClient(list(members), replicaSet="rs0", serverSelectionTimeoutMS=_PATIENCE_MS)
    with set_client:
        set_client.admin.command("ping")
        set_client["local_check"]["made"].find_one()
        set_client.admin.command("hello")


if __name__ == "__main__":
    make_set(sys.argv[1], sys.argv[1:])
