"""An append as a document of MongoDB, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson.binary import Binary

from ..envelope import kept, pack
from ..events import Append, Recorded
from ..ports import Whole

FIRST = f"{1:08d}"  # every stream's first document is named so


def whole_of(subject: str, documents: Sequence[Mapping[str, Any]]) -> Whole:
    facts = tuple(fact for document in documents for fact in facts_of(document))
    waiting = [facts_of(document)[0].sequence for document in documents if "waiting" in document]
    return Whole(subject=subject, facts=facts, topic=documents[0].get("topic"), waiting=min(waiting, default=0),
                 private=tuple(bytes(document["private"]) for document in documents if "private" in document),
                 claims=tuple(sorted(document["claim"] for document in documents if "claim" in document)))


def documents_of(whole: Whole, order: int) -> list[dict[str, Any]]:
    """One for each fact that has to stand alone, so that every blob and claim has a document; the rest in the last."""
    private: list[bytes | None] = [*whole.private, *[None] * len(whole.facts)]
    claims: list[str | None] = [*whole.claims, *[None] * len(whole.facts)]
    alone = min(len(whole.facts), max(1, len(whole.private), len(whole.claims))) - 1
    parts = [whole.facts[number:number + 1] for number in range(alone)] + [whole.facts[alone:]]
    return [document_of(Append(subject=whole.subject, expected=0, facts=facts, topic=whole.topic, private=private[number],
                             claim=claims[number]), order + number) for number, facts in enumerate(parts)]


def take(document: Mapping[str, Any], found: dict[str, list[Recorded]]) -> str:
    """Adds a document's facts to its subject's; the subject."""
    subject = str(document["subject"])
    found[subject] += facts_of(document)
    return subject


def facts_of(document: Mapping[str, Any]) -> tuple[Recorded, ...]:
    return tuple(kept(bytes(record), document["subject"]) for record in document["facts"])


def document_of(append: Append, order: int) -> dict[str, Any]:
    document = {"_id": f"{append.subject}/{append.facts[0].sequence:08d}", "subject": append.subject,
                "last": append.facts[-1].sequence, "facts": [Binary(pack(fact)) for fact in append.facts]}
    if append.private is not None:
        document["private"] = Binary(append.private)  # same write: of racing appends only the stored one keeps its own
    if append.claim is not None:
        document["claim"] = append.claim
    return document if append.topic is None else {**document, "topic": append.topic, "order": order, "waiting": order}


def all_of(subject: str) -> dict[str, Any]:
    return {"_id": {"$gte": f"{subject}/", "$lt": f"{subject}0"}}
