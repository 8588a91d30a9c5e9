"""Disks that fail: one that forgets what was not synced when the power goes, one that is full, one that gives back another bit."""
