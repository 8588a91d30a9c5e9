"""`python -m services`: everything in one process on one SQLite file. `python -m services token`: a development token."""

import argparse
import sys

from services.foundation.errors import Problem
from services.foundation.runtime import identity, settings, wiring


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m services", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    token = commands.add_parser("token", help="mint a development token from the key made at first start")
    token.add_argument("--role", required=True, choices=[role.value for role in identity.Role])
    token.add_argument("--person", required=True)
    token.add_argument("--place", required=True, help="office or authority code")
    token.add_argument("--minutes", type=float, default=15)
    arguments = parser.parse_args()
    if arguments.command != "token":
        return wiring.run(("intake", "courier", "tracking"))
    try:
        keys = identity.Keys.load_or_make(settings.read().keys_dir)
        who = identity.Caller(person=arguments.person, role=identity.Role(arguments.role), place=arguments.place)
        sys.stdout.write(identity.Minter(keys).mint(who, minutes=arguments.minutes) + "\n")
    except Problem as problem:
        sys.stderr.write(f"{problem.reason}: {problem.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
