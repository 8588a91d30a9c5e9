"""`python -m services.admin`: operators' commands, on the stores and the log that the settings name."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from services.foundation.errors import Invalid, Refused
from services.foundation.runtime import settings
from services.foundation.runtime.identity import Keys

from . import backup as backups
from . import check, load_registry, parked, rebuild, republish, restore, verify
from . import erase as erasing
from . import export as exports
from .console import Report, Steps, carried_out
from .installation import Installation, opened

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
parked_app = typer.Typer(no_args_is_help=True, help="Filings that a group has set aside: list, show, release.")
app.add_typer(parked_app, name="parked")

Json = Annotated[bool, typer.Option("--json", help="one JSON report on standard output")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="tell what would be done; change nothing")]
Operator = Annotated[str, typer.Option(help="who operates, as the fact names them; else the name you are logged in by")]
Filing = Annotated[str, typer.Argument(help="filing id")]


def _on(writing: bool, work: Callable[[Installation, Steps], Awaitable[Report]], *, as_json: bool) -> None:
    """Runs a command on the open installation and ends with its exit code."""
    async def whole(steps: Steps) -> Report:
        async with opened(writing=writing) as over:
            return await work(over, steps)

    raise typer.Exit(carried_out(whole, as_json=as_json))


@app.command("verify")
def verify_command(as_json: Json = False, chains_only: Annotated[bool, typer.Option(help="leave the views out")] = False,
                   patience: Annotated[float, typer.Option(help="seconds a row that is behind may take to follow")] = 10.0) -> None:
    """Hash chains, gaps, and every view against the services' own fold of the streams. Reads alone."""
    _on(False, lambda over, steps: verify.verified(over, steps, rows=not chains_only, patience_s=patience), as_json=as_json)


@app.command("rebuild")
def rebuild_command(projection: Annotated[str, typer.Argument(help="tracking, intake-list, intake-parcels, courier-list, …")],
                    dry_run: DryRun = False, as_json: Json = False) -> None:
    """Make a projection's views anew beside the live ones and swap them."""
    _on(not dry_run, lambda over, steps: rebuild.rebuilt(over, projection, steps, dry_run=dry_run), as_json=as_json)


@app.command("republish")
def republish_command(topic: Annotated[str, typer.Option(help="a whole topic")] = "",
                      dossier: Annotated[str, typer.Option(help="one filing id")] = "",
                      dry_run: DryRun = False, as_json: Json = False) -> None:
    """Publish the facts of a topic or of a dossier once more; consumers drop what they know."""
    async def work(over: Installation, steps: Steps) -> Report:
        if bool(topic) == bool(dossier):
            raise Invalid("TOPIC_OR_DOSSIER", "name one of --topic and --dossier", field="topic")
        if topic:
            return await republish.topic_republished(over, topic, steps, dry_run=dry_run)
        return await republish.dossier_republished(over, dossier, dry_run=dry_run)

    _on(not dry_run, work, as_json=as_json)


@parked_app.command("list")
def parked_list(as_json: Json = False) -> None:
    """Every filing that is set aside, by group."""
    _on(False, lambda over, _: parked.listed(over), as_json=as_json)


@parked_app.command("show")
def parked_show(filing_id: Filing, as_json: Json = False) -> None:
    """The facts a filing's groups have set aside: envelopes, nothing personal."""
    _on(False, lambda over, _: parked.shown(over, filing_id), as_json=as_json)


@parked_app.command("release")
def parked_release(filing_id: Filing, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Take a filing out of the list and publish its facts once more."""
    _on(not dry_run, lambda over, _: parked.released(over, filing_id, dry_run=dry_run), as_json=as_json)


@app.command("backup")
def backup_command(folder: Path, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Back every stream up into a folder; once more goes on where it was broken off. The keys are not in it."""
    raise typer.Exit(carried_out(lambda steps: backups.backed_up(settings.read(), folder, steps, dry_run=dry_run), as_json=as_json))


@app.command("restore")
def restore_command(folder: Path, skip_numbers: Annotated[int, typer.Option(
        help="numbers left out, because given after the backup", min=0)] = 100_000,
        other_keys: Annotated[bool, typer.Option(help="restore without the keys that open what is sealed")] = False,
        dry_run: DryRun = False, as_json: Json = False) -> None:
    """Put a backup back into an empty installation, if everything in it holds."""
    _on(not dry_run, lambda over, steps: restore.restored(over, folder, steps, skip_numbers=skip_numbers, other_keys=other_keys,
                                                         dry_run=dry_run), as_json=as_json)


@app.command("export")
def export_command(filing_id: Annotated[str, typer.Argument(help="filing id; none with --check")] = "",
                   file: Annotated[Path | None, typer.Option(help="zip to write")] = None,
                   to_check: Annotated[Path | None, typer.Option("--check", help="zip to check; needs nothing else")] = None,
                   open_private: Annotated[bool, typer.Option("--open", help="personal data in clear, by the seal key")] = False,
                   dry_run: DryRun = False, as_json: Json = False) -> None:
    """Write a dossier with its evidence as a zip, or check one."""
    if to_check is not None:
        found = to_check
        raise typer.Exit(carried_out(lambda _: asyncio.to_thread(check.checked, found), as_json=as_json))

    async def work(over: Installation, _: Steps) -> Report:
        if not filing_id:
            raise Invalid("FILING_MISSING", "name a filing id, or --check FILE", field="filing_id")
        return await exports.exported(over, filing_id, file or Path(f"{filing_id}.zip"),
                                      seal_key=_seal_key(over) if open_private else None, dry_run=dry_run)

    _on(False, work, as_json=as_json)


def _seal_key(over: Installation) -> bytes:
    """The installation's own; none is made here. Raises Refused KEYS_MISSING."""
    if not (over.chosen.keys_dir / "seal.key").exists():
        raise Refused("KEYS_MISSING", "seal.key of this installation is needed", field="POSTAL_KEYS_DIR")
    return Keys.load_or_make(over.chosen.keys_dir).seal_key


@app.command("erase")
def erase_command(filing_id: Filing, reason: Annotated[str, typer.Option(help="why, UPPER_SNAKE")], operator: Operator = "",
                  dry_run: DryRun = False, as_json: Json = False) -> None:
    """Destroy what is kept of persons beside a dossier. Facts and chains stay; the fact that it happened is kept."""
    _on(not dry_run, lambda over, _: erasing.erased(over, filing_id, reason, operator, dry_run=dry_run), as_json=as_json)


@app.command("load-registry")
def load_registry_command(folder: Path, effective: Annotated[str, typer.Option(
        help="ISO date from which it holds; without it only the changes show")] = "",
                          name: Annotated[str, typer.Option("--version", help="what its maker calls it")] = "",
                          operator: Operator = "", dry_run: DryRun = False, as_json: Json = False) -> None:
    """Load reference data from a date on; shows first what changes."""
    writing = bool(effective) and not dry_run
    _on(writing, lambda over, _: load_registry.loaded(over, folder, effective, name, operator, dry_run=dry_run), as_json=as_json)


if __name__ == "__main__":
    app()
