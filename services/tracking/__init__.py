"""Tells citizens and staff what is true.

In the order a fact visits them: facts_read, projector, timeline (pure), then for a question queries, clocks_of_promise (pure), and
the doors grpc_api and web with pages/ and words; service (what it is made of).
"""
