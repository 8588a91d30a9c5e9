"""One dossier's journey, driven from outside through the real doors: for `make demo` and for the journey tests.

Read in this order: doors (how a client calls), journey (the story), __main__ (starts everything and tells it).
"""
