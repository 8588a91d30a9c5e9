"""The ports' adapters: memory (tests), sqlite (a laptop), mongo and kafka (many machines), clocks."""
