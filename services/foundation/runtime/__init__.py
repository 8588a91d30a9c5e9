"""What runs the services: settings, wiring, doors' servers, relay, consumer, identity, logs, metrics."""
