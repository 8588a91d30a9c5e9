"""The floors: a gRPC echo with our server's options, a bare page on our HTTP stack, and the same page by a baseline of tutorials.

``python -m loadtests.bench.floors echo|page|tutorial|collector PORT [STORE]`` serves one of them; the collector takes spans and
forgets them.
"""

import asyncio
import sqlite3
import sys
from typing import Any

import grpc
import uvicorn
from postal.intake.v1 import intake_service_pb2
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

ECHO, FILE = "/bench.Echo/Echo", "/bench.Tutorial/File"
SPANS = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


class _One(grpc.GenericRpcHandler):  # type: ignore[misc]
    def __init__(self, path: str, handler: Any) -> None:
        self._path, self._handler = path, handler

    def service(self, details: Any) -> Any:
        return self._handler if details.method == self._path else None


async def serve(port: int, path: str, answer: Any) -> None:
    """One unary method of raw bytes."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_One(path, grpc.unary_unary_rpc_method_handler(answer)),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


async def echo(raw: bytes, _: Any) -> bytes:
    """What came."""
    return raw


async def forget(_: bytes, __: Any) -> bytes:
    """An empty answer."""
    return b""


class Tutorial:
    """Filing as a tutorial does it: parse, one transaction a call with the dossier's row and an outbox row, answer."""

    def __init__(self, path: str) -> None:
        self._store = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                  "CREATE TABLE IF NOT EXISTS dossiers(id TEXT PRIMARY KEY, body BLOB);"
                                  "CREATE TABLE IF NOT EXISTS outbox(id INTEGER PRIMARY KEY, body BLOB)")

    async def file(self, raw: bytes, _: Any) -> bytes:
        """Durable when it answers."""
        request = intake_service_pb2.FileDossierRequest.FromString(raw)
        await asyncio.to_thread(self._store_one, request.request_id, raw)
        return raw

    def _store_one(self, name: str, raw: bytes) -> None:
        self._store.execute("BEGIN IMMEDIATE")
        self._store.execute("INSERT INTO dossiers VALUES(?,?)", (name, raw))
        self._store.execute("INSERT INTO outbox(body) VALUES(?)", (raw,))
        self._store.execute("COMMIT")


def page(port: int) -> None:
    """A bare page of the size of ours on the same HTTP server."""
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("x" * 4000))])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical", access_log=False)


if __name__ == "__main__":
    kind, *rest, last = sys.argv[1:]
    if kind == "page":
        page(int(last))
    elif kind == "echo":
        asyncio.run(serve(int(last), ECHO, echo))
    elif kind == "collector":
        asyncio.run(serve(int(last), SPANS, forget))
    else:
        import concurrent.futures

        loop = asyncio.new_event_loop()
        loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(1))  # one connection, one writer
        loop.run_until_complete(serve(int(last), FILE, Tutorial(rest[0]).file))
