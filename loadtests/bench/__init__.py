"""`make bench`: floors and ours side by side in one run; writes docs/benchmarks.md and docs/benchmarks.json.

``measure`` (pairs, medians), ``processes`` (servers and their cost), ``floors`` (echo, bare page, a tutorial's service),
``clients``, ``rows`` and ``stored`` (what is measured), ``report`` (tables).
"""
