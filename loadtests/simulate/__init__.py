"""A year of offices, couriers, hubs and authorities as discrete events: where dossiers queue, and who is late.

Read in this order: assumptions (every number, and where it is from), seasons (how many file when), network (which stations of the
registry take part), sizing (how big each is), agenda (the event loop), stations, dossiers, world (the way of a dossier), measures,
breaking (what gives way first), report, plots.

The nation is too big for one core, so a share of it is simulated: every so-many-th commune, *whole*, with the dossiers that are
filed there. What that does to the figures:

- Counters, vans, couriers' rounds and commune desks are whole stations under their whole load: their queues are those of a real
  station. Only fewer of them are seen, so "worst" is the worst of the sample, and the nation's worst is worse.
- Hubs and provincial desks serve the sampled communes only, and their capacity is cut to that load. Their queues are told times
  1/share, which is the size of a real one on average: a province of which little was drawn is told too small, and vice versa.
  Waiting times, days of work left over and lateness need no factor. (One scaled server is slow: at share 0.01 a hub takes some
  minutes for an envelope where the real one has a hundred in hand at once; against days that is nothing.)
- A commune whose neighbours are not in the sample stands for them too: what it sends to a neighbour goes through the hub and comes
  back to its own desk, so each station's load stays that of the nation.
"""
