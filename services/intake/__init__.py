"""Takes dossiers in at the counter and keeps their legal life.

In the order a request visits them: grpc_api and office_api (door), taking_in (filing), commands, then the pure rules routing,
deadlines, fees, dossier_facts, dossier, corrections, day; rolls (labels printed beforehand), doubles (who has filed the same
before), closing (an office's day); reactions (what the courier's facts change here); telling (one-time codes to
applicants); service (what it is made of).
"""
