"""Input made to hurt: any bytes, any values, at every door."""
