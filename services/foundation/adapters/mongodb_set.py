"""Makes a fresh mongod a replica set of one, or several a set, for local servers."""

from collections.abc import Sequence
from typing import Any

import pymongo
from pymongo.errors import OperationFailure

_ELECTION_MS = 2000


def make_replica_set(port: int, members: Sequence[int]) -> None:
    """Makes fresh mongods a replica set, told to the one at ``port``, and waits until it can be written to. ``members`` are the
    ports by which they and their clients reach each other."""
    client: Any = pymongo.MongoClient(f"mongodb://127.0.0.1:{port}/?directConnection=true", serverSelectionTimeoutMS=30_000)
    try:
        client.admin.command("replSetInitiate", {
            "_id": "rs0", "members": [{"_id": number, "host": f"127.0.0.1:{each}"} for number, each in enumerate(members)],
            "settings": {"electionTimeoutMillis": _ELECTION_MS}})
    except OperationFailure as error:
        if error.code != 23:  # AlreadyInitialized
            raise
    finally:
        client.close()
    set_client: Any = pymongo.MongoClient([f"127.0.0.1:{each}" for each in members], replicaSet="rs0",
                                          serverSelectionTimeoutMS=30_000)
    with set_client:
        set_client.admin.command("ping")
        set_client["local_check"]["made"].find_one()
        set_client.admin.command("hello")
