"""Facts of every earlier version, as bytes with what they mean: they are read for ever.

`python -m tests.corpus` adds, to tests/golden/facts, the bytes that this version writes and no file holds yet: one of each kind of
fact, every field filled, and the streams of one dossier's life with the states they fold to. Files are only ever added.
"""
