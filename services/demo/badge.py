"""`make badge`: links that log a developer in to the pages of staff.

There is no identity provider yet: a page takes an access token of the installation from its address's fragment, which a browser
never sends. The token holds for a shift; who has the link has the badge.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from services.foundation.errors import Problem
from services.foundation.localservers import UP_HOME
from services.foundation.runtime import identity, settings

SHIFT_MINUTES = 480
CLERK = identity.Caller(person="gdv-dat-mui", role=identity.Role.CLERK, place="032248")
_PAGES = {"counter": "intake"}  # a handheld has no badge but a key of its own: see invitation.py
_OPEN_TO = {"counter": {identity.Role.CLERK, identity.Role.SUPERVISOR}}


def minting(keys_dir: Path) -> identity.Minter:
    """Development tokens from the key made at first start."""
    return identity.Minter(identity.Keys.load_or_make(keys_dir))


def links(who: identity.Caller, chosen: settings.Settings, *, apart: bool, minutes: float = SHIFT_MINUTES) -> Iterator[str]:
    """One line for each page the role works at. ``apart``: each service is a process with an HTTP port of its own."""
    if not chosen.pages_dir.is_dir():
        yield "The pages of staff are not built yet: make pages (needs Node.js 18 or newer and npm)."
    token = minting(chosen.keys_dir).mint(who, minutes=minutes)
    for page, service in _PAGES.items():
        if who.role in _OPEN_TO[page]:
            port = chosen.http_port_of((service,)) if apart else chosen.http_port
            yield f"{page} for {who.person}, {who.role.value} at {who.place}: http://localhost:{port}/{page}/#token={token}"


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make badge", description=__doc__)
    parser.add_argument("--role", choices=[role.value for role in identity.Role], default=CLERK.role.value)
    parser.add_argument("--place", default=CLERK.place, help="office or authority code")
    parser.add_argument("--person", default=CLERK.person)
    parser.add_argument("--minutes", type=float, default=SHIFT_MINUTES)
    parser.add_argument("--target", choices=("embedded", "up"), default="embedded")
    asked = parser.parse_args()
    chosen, apart = settings.read(), asked.target == "up"
    if apart:
        chosen = replace(chosen, keys_dir=UP_HOME / "keys")
    who = identity.Caller(person=asked.person, role=identity.Role(asked.role), place=asked.place)
    found = [*links(who, chosen, apart=apart, minutes=asked.minutes)]
    sys.stdout.write("".join(f"{line}\n" for line in found) or f"There is no page for {asked.role} yet.\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"{problem.reason}: {problem.message}")
