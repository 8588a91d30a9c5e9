"""The public page: page (what it says), style (how it looks)."""
