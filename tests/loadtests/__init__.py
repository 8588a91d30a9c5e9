"""The load tests' own parts."""
