"""Storms and what is left after them: workload and its history, the runner that kills, the independent verifier."""
