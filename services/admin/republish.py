"""`republish`: facts of a topic, or of one dossier, go to the log once more. Consumers drop what their rows reflect already."""

from services.foundation.errors import Invalid
from services.foundation.ports import Whole

from . import dossiers
from .console import Report, Steps
from .installation import OWNERS, Installation, walk

TOPICS = {"postal.dossiers.v1": "intake", "postal.parcels.v1": "courier"}  # topic -> whose facts


async def topic_republished(over: Installation, topic: str, steps: Steps, *, dry_run: bool) -> Report:
    """All facts of a topic wait for their service's relay again."""
    if topic not in TOPICS:
        raise Invalid("TOPIC_UNKNOWN", f"name one of {', '.join(TOPICS)}", field="topic")
    streams, facts, subjects = over.stores[TOPICS[topic]].streams, 0, 0
    with steps.step("counting") as on:
        async for page in walk(streams):
            mine = [whole for whole in page if whole.topic == topic]
            facts += sum(len(whole.facts) for whole in mine)
            subjects += len(mine)
            on(len(page))
    if not dry_run:
        await streams.unmark(topic)
    return Report("republish", dry_run=dry_run, facts={"topic": topic, "subjects": subjects, "facts": facts})


async def dossier_republished(over: Installation, filing_id: str, *, dry_run: bool) -> Report:
    """The same for one dossier and its envelopes."""
    found = await dossiers.of(over, filing_id)
    going = {service: [whole for whole in [await _whole(over, service, subject) for subject in subjects] if whole.topic]
             for service, subjects in found.streams.items()}
    if not dry_run:
        for service in OWNERS:
            await over.stores[service].streams.unmark_subjects([whole.subject for whole in going[service]])
    mine = [whole for wholes in going.values() for whole in wholes]
    return Report("republish", dry_run=dry_run, facts={
        "filing_id": filing_id, "subjects": len(mine), "facts": sum(len(whole.facts) for whole in mine)})


async def _whole(over: Installation, service: str, subject: str) -> Whole:
    """A subject with where its facts go: subjects of a kind go to one topic."""
    kinds = {"dossiers": "postal.dossiers.v1", "parcels": "postal.parcels.v1"}
    return Whole(subject=subject, facts=tuple(await over.stores[service].streams.read(subject)),
                 topic=kinds.get(subject.partition("/")[0]))
