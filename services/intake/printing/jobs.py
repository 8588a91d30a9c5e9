"""Print jobs: started in the journal before a byte is given, ended in it after."""

from collections.abc import Awaitable, Callable, Mapping

from services.foundation import codec
from services.foundation.errors import Conflict, NotFound, Problem, Refused
from services.foundation.events import Recorded
from services.foundation.outlets import Printer, Reach
from services.foundation.ports import Clock, Streams
from services.foundation.subjects import Request, append_of

from .journal import Job, Outcome, Paper, PrintEnded, PrintStarted, jobs, next_step

FACTS = codec.Registry()
FACTS.register("postal.intake.v1", PrintStarted, PrintEnded)
Draw = Callable[[Reach, bool], Awaitable[bytes]]  # (what the printer takes, whether it must say that it is a copy)
_TRIES = 32  # each lost one is another request's fact written down
_UNCERTAIN = "PRINT_UNCERTAIN"


class PrintJobs:
    """Everything printed of dossiers, on the printers there are."""

    def __init__(self, streams: Streams, clock: Clock, printers: Mapping[str, Printer]) -> None:
        self._streams, self._clock, self._printers = streams, clock, printers

    def at(self, place: str) -> Mapping[str, Printer]:
        """The printers that take from the staff of a place: a label names people, and must not come out in a foreign room."""
        return {name: printer for name, printer in self._printers.items() if printer.reach.place in ("", place)}

    async def print(self, filing_id: str, paper: Paper, printer: str, request: Request, draw: Draw) -> Job | PrintStarted:
        """What was printed, now or by an earlier call of the same request.

        Raises NotFound PRINTER_UNKNOWN, Conflict PRINT_UNDER_WAY, Refused REQUEST_ID_REUSED, and what the printer raises.
        """
        found = self.at(request.actor.place).get(printer)
        if found is None:
            raise NotFound("PRINTER_UNKNOWN", "no such printer; list them", field="printer", value=printer)
        step = await self._start(filing_id, paper, printer, request)
        if isinstance(step, Job):
            return step
        try:
            name = "-".join(filter(None, (paper.document.lower(), paper.parcel_code)))
            await found.print(await draw(found.reach, step.copy), name)
        except Problem as problem:
            outcome = Outcome.UNCERTAIN if problem.reason == _UNCERTAIN else Outcome.NOTHING_GIVEN
            await self._note(filing_id, PrintEnded(outcome=outcome), request)
            raise
        await self._note(filing_id, PrintEnded(outcome=Outcome.TAKEN), request)
        return step

    async def _start(self, filing_id: str, paper: Paper, printer: str, request: Request) -> Job | PrintStarted:
        """The start, written down; or the job that needs none. Of two calls at once one starts, the other looks again."""
        for _ in range(_TRIES):
            history = await self._streams.read(_subject(filing_id))
            if any(fact.cause == request.id and fact.fingerprint != request.fingerprint for fact in history):
                raise Refused("REQUEST_ID_REUSED", "this id was used for other content; make a new one", field="request_id")
            step = next_step(_jobs(history), paper, printer, request.id, self._clock.now())
            if isinstance(step, Job) or await self._appended(filing_id, history, step, request):
                return step
        raise _busy()

    async def _note(self, filing_id: str, fact: PrintEnded, request: Request) -> None:
        for _ in range(_TRIES):
            if await self._appended(filing_id, await self._streams.read(_subject(filing_id)), fact, request):
                return
        raise _busy()

    async def _appended(self, filing_id: str, history: list[Recorded], fact: PrintStarted | PrintEnded, request: Request) -> bool:
        now = self._clock.now()
        append = append_of(_subject(filing_id), filing_id, history, [(fact, now)], request, now, topic=None)
        return (await self._streams.append_many([append]))[0]


def _subject(filing_id: str) -> str:
    return f"prints/{filing_id}"


def _jobs(history: list[Recorded]) -> list[Job]:
    return jobs((FACTS.decode(fact.type, fact.data), fact.cause, fact.recorded) for fact in history)


def _busy() -> Conflict:
    return Conflict("PRINT_UNDER_WAY", "others print of this dossier; ask again with the same request id", field="request_id")
