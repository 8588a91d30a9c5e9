// The device's clock against the server's. Times of scans stay the device's own claim; people are told when it goes wrong.

const TOLERATED_MS = 2 * 60_000;

/**
 * Milliseconds to add to the device's clock to have the server's, from one exchange: ``sent`` and ``received`` by the device,
 * ``server`` in between. The way there and back is halved; a slow exchange is no evidence (undefined).
 */
export function offsetOf({ sent, received, server }) {
  const way = received - sent;
  if (way < 0 || way > 30_000 || !Number.isFinite(server)) return undefined;
  return Math.round(server - (sent + way / 2));
}

/** Whether people must be told. */
export function isWrong(offset) {
  return offset !== undefined && Math.abs(offset) > TOLERATED_MS;
}

/**
 * How far the clock was put forward or back while the page ran, in milliseconds: the wall clock's way against the way of a clock
 * that nobody can set. A device that slept may show less on the latter, so only a jump back or far ahead counts.
 */
export function jumped(before, now) {
  const jump = now.wall - before.wall - (now.steady - before.steady);
  return jump < -TOLERATED_MS || jump > 24 * 3_600_000 ? jump : 0;
}

/** {days, hours, minutes, ahead} of an offset, for a sentence. */
export function spoken(offset) {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  return { days: Math.floor(minutes / 1440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60, ahead: offset < 0 };
}
