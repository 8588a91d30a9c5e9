"""Printing: journal (what may have come out before, pure), jobs (start, give, note what came of it)."""
