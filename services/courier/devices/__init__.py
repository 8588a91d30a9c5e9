"""Handhelds and desk devices: invited, enrolled with a key of their own, revoked.

In the order a request visits them: grpc_api (door), commands, device (pure rules), device_facts, stream; keys tells the doorkeeper
and the bundles which key is a device's.
"""
