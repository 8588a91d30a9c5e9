"""Real servers on this machine for tests and `make up`: mongod as a replica set of one, Apache Kafka in KRaft mode.

``missing()`` of each module says why it cannot run here, or None.
"""
