"""Takes dossiers in at the counter and keeps their legal life.

In the order a request visits them: grpc_api (door), commands, then the pure rules routing, deadlines, fees, dossier_facts,
dossier; reactions (what the courier's facts change here); service (what it is made of).
"""
