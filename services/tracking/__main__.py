"""`python -m services.tracking`: this service alone, by settings."""

import sys

from services.foundation.runtime import wiring

if __name__ == "__main__":
    sys.exit(wiring.run(("tracking",)))
