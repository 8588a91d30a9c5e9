"""Moves parcels, records scans, keeps custody.

In the order a request visits them: grpc_api (door), commands, then the pure rules parcel_facts, parcel, handover, proof, delivery;
reactions (what intake's facts start here); service (what it is made of).
"""
