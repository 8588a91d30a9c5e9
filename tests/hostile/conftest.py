"""The same system and doors as the service tests."""

from tests.services.conftest import doors, journey, system

__all__ = ["doors", "journey", "system"]
