"""A printer behind IPP: CUPS, or a printer that speaks it itself. Two requests of RFC 8010 and RFC 8011 over HTTP/1.1.

Get-Printer-Attributes asks how it is, Print-Job gives the document.
"""

import asyncio
import http.client
import itertools
import struct
from collections.abc import Callable, Iterable

from ...errors import Invalid, Unavailable
from ...outlets import Reach
from .problems import away, no_paper, uncertain

_TURN_S, _ASK_S, _GIVE_S = 1.5, 2.0, 4.5
_MEDIA_TYPES = {"PDF": "application/pdf", "PNG": "image/png", "SVG": "image/svg+xml", "ZPL": "application/vnd.cups-raw",
                "ESCPOS": "application/vnd.cups-raw"}
_PRINT_JOB, _GET_PRINTER_ATTRIBUTES = 0x0002, 0x000B
_OPERATION, _END, _CHARSET, _LANGUAGE, _URI, _NAME, _TYPE, _KEYWORD = 0x01, 0x03, 0x47, 0x48, 0x45, 0x42, 0x49, 0x44
_UNSUPPORTED_FORMAT, _NOT_ACCEPTING, _BUSY = 0x040A, 0x0506, 0x0507
_MOST_ANSWER = 1 << 20

Attribute = tuple[int, str, str]  # value tag, name, value


class IppPrinter:
    """One job a document; documents wait for one another."""

    longest_s = _TURN_S + _ASK_S + _GIVE_S

    def __init__(self, host: str, port: int, path: str, reach: Reach) -> None:
        self._host, self._port, self._path, self._reach = host, port, path, reach
        self._turn, self._numbers = asyncio.Lock(), itertools.count(1)

    @property
    def reach(self) -> Reach:
        """What it takes."""
        return self._reach

    async def print(self, document: bytes, name: str) -> None:
        """Asks how it is, then gives the document as one job."""
        try:
            async with asyncio.timeout(_TURN_S):
                await self._turn.acquire()
        except TimeoutError:
            raise away() from None
        try:
            await _within(_ASK_S, away, self._ask_how_it_is)
            await _within(_GIVE_S, uncertain, self._give, document, name)
        finally:
            self._turn.release()

    def _ask_how_it_is(self) -> None:
        request = self._request(_GET_PRINTER_ATTRIBUTES, [(_KEYWORD, "requested-attributes", "printer-state-reasons")])
        try:
            answer = self._post(request)
        except (OSError, http.client.HTTPException):
            raise away() from None
        if any(reason in answer for reason in (b"media-empty", b"media-needed", b"cover-open", b"door-open")):
            raise no_paper()

    def _give(self, document: bytes, name: str) -> None:
        request = self._request(_PRINT_JOB, [(_NAME, "requesting-user-name", "dossier-post"), (_NAME, "job-name", name),
                                             (_TYPE, "document-format", _MEDIA_TYPES[self._reach.language])])
        try:
            answer = self._post(request + document)
        except ConnectionRefusedError:
            raise away() from None
        except (OSError, http.client.HTTPException):
            raise uncertain() from None
        status = struct.unpack(">H", answer[2:4])[0] if len(answer) >= 8 else 0x0500
        if status in (_NOT_ACCEPTING, _BUSY):
            raise away()
        if status == _UNSUPPORTED_FORMAT:
            raise Invalid("PRINTER_LANGUAGE_WRONG", "it does not take this language; mend POSTAL_PRINTERS", field="printer")
        if status >= 0x0100:
            raise uncertain() if status >= 0x0500 else away()

    def _request(self, operation: int, attributes: Iterable[Attribute]) -> bytes:
        always = [(_CHARSET, "attributes-charset", "utf-8"), (_LANGUAGE, "attributes-natural-language", "en"),
                  (_URI, "printer-uri", f"ipp://{self._host}:{self._port}{self._path}")]
        head = struct.pack(">BBHIB", 1, 1, operation, next(self._numbers), _OPERATION)
        return head + b"".join(_attribute(*each) for each in (*always, *attributes)) + bytes([_END])

    def _post(self, body: bytes) -> bytes:
        """The answer's body; raises OSError or HTTPException."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_GIVE_S)
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/ipp"})
            answer = connection.getresponse()
            if answer.status != 200:
                raise http.client.HTTPException(answer.status)
            return answer.read(_MOST_ANSWER)
        finally:
            connection.close()


async def _within(seconds: float, late: Callable[[], Unavailable], call: Callable[..., None], *arguments: object) -> None:
    try:
        async with asyncio.timeout(seconds):
            await asyncio.to_thread(call, *arguments)
    except TimeoutError:
        raise late() from None


def _attribute(tag: int, name: str, value: str) -> bytes:
    """Value tag, name and value, each with its length (RFC 8010, 3.1.4)."""
    return b"".join((struct.pack(">BH", tag, len(name)), name.encode(), struct.pack(">H", len(value.encode())), value.encode()))

