"""Clerks, couriers, officers and citizens in numbers (make load), and how fast it is (bench, make bench)."""
