"""The system on a real Kubernetes, under load, while pods and servers are scaled, rolled, killed, drained and given new keys.

Read in this order: __main__ (the run), deeds (what is done to the cluster), clients (who goes on meanwhile, inside it),
installation (how it gets there), kube (kubectl), image, schemas.
"""
