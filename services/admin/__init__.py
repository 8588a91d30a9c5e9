"""Operators' commands: `python -m services.admin COMMAND`.

In the order a command visits them: __main__ (names, options), console (progress, reports, exit codes), installation (the stores
and what keeps views), then a file each: verify (with findings), rebuild, republish, parked, backup and restore (with parts), export
(with check), erase (with erasures), load_registry. dossiers tells which streams belong to one, acting who operates, facts what is
recorded.
"""
