"""The ports' adapters: memory (tests), sqlite (a laptop), mongodb and kafka_log_log (many machines), clocks."""
