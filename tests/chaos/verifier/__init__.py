"""An independent verifier: from raw stores, whole topics and the clients' history alone.

It imports nothing of ``services``; only the generated messages are shared. Reading (``reading``), its own folds (``folds``)
and the invariants, each under its number, in ``filing``, ``events``, ``custody``, ``evidence`` and ``rest``.
"""
