"""The real services in a world of one seed: virtual time, stores and a log that fail, processes that die and freeze."""
