"""Makes a fresh mongod a replica set of one, for local servers."""

from typing import Any

import pymongo
from pymongo.errors import OperationFailure


def make_replica_set(port: int) -> None:
    """Makes a fresh mongod a replica set of one and waits until it can be written to."""
    client: Any = pymongo.MongoClient(f"mongodb://127.0.0.1:{port}/?directConnection=true", serverSelectionTimeoutMS=30_000)
    try:
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}]})
    except OperationFailure as error:
        if error.code != 23:  # AlreadyInitialized
            raise
    finally:
        client.close()
    set_client: Any = pymongo.MongoClient(f"mongodb://127.0.0.1:{port}/?replicaSet=rs0", serverSelectionTimeoutMS=30_000)
    with set_client:
        set_client.admin.command("ping")
        set_client["local_check"]["made"].find_one()
        set_client.admin.command("hello")
