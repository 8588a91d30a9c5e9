"""`python -m services.registry`: reads the reference data as every service does at its start, and tells what there is. Bad data
end it with the file, line and field, before any service is sent to read them."""

import json
import sys

from services.foundation.errors import Problem

from . import load
from .loading import VERSION


def main() -> int:
    """0 if everything could be read."""
    try:
        known = load()
    except Problem as problem:
        sys.stderr.write(f"{problem.reason}: {problem.message}\n")
        return 1
    sys.stdout.write(json.dumps({"event": "registry read", "version": VERSION, "communes": len(known.communes()),
                                 "procedures": len(known.procedures("", "", 10**6))}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
