"""Moves parcels, records scans, keeps custody.

In the order a request visits them: grpc_api and office_api (door), commands, then the pure rules parcel_facts, parcel, handover,
proof, delivery; what devices say: bundles, scanning, claims, pictures (what proves it), cases (what people must look at); reactions
(what intake's facts start here); service (what it is made of).
"""
