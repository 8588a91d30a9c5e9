"""Named points where a drill ends the process as a power cut would (SIGKILL), to show that nothing is lost there.

``POSTAL_CRASH_AT=name:n`` ends it at the n-th passing. Without it a point is one comparison.
"""

import os
import signal

POINTS = {
    "rpc.accepted": "a call is let in, nothing is done yet",
    "command.decided": "a rule has decided, nothing is stored yet",
    "numbers.leased": "a block of numbers is taken, none of them is used yet",
    "roll.kept": "a roll of labels is kept, its labels cannot be used yet",
    "label.bound": "a roll's label belongs to a dossier that is not filed yet",
    "store.before_commit": "a write is under way",
    "store.committed": "a write is durable, nobody has been told",
    "rpc.before_reply": "all is done, the caller has no answer",
    "relay.read": "the relay has read what waits",
    "log.sent": "facts are on their way to Kafka, which has not confirmed them",
    "relay.published": "the log has it, it is not marked",
    "relay.marked": "it is marked",
    "consumer.fetched": "a group has read facts, nothing has followed",
    "consumer.reacted": "what follows is stored, the position is not",
    "consumer.committed": "the position is stored",
    "parcel.registered": "a parcel is registered, scans that waited are not matched",
    "scan.waiting": "a scan of an unknown parcel is kept, not yet looked for again",
    "projection.half": "dossiers of a batch are shown, its parcels not yet",
}
_name, _, _hits = os.environ.get("POSTAL_CRASH_AT", "").partition(":")
_left = int(_hits or 1)
if _name and _name not in POINTS:
    raise SystemExit(f"POSTAL_CRASH_AT must be one of {', '.join(POINTS)}, with :n")


def reach(name: str) -> None:
    """Ends the process if the drill asked for it here."""
    global _left
    if name == _name:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
