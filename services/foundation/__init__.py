"""What the services stand on; it knows none of them.

Read in this order: errors, events, codes, calendar, ports, codec; then adapters/, then runtime/.
"""
