"""A dossier's stream: how its facts are read and told."""

from services.foundation import codec
from services.foundation.errors import NotFound
from services.foundation.subjects import Kind, Subjects

from . import counter_facts, dossier_facts
from .dossier import Dossier, fold

TOPIC = "postal.dossiers.v1"
FACTS = codec.Registry()
FACTS.register("postal.intake.v1", *dossier_facts.ALL, *counter_facts.ALL)


def unknown(_: str = "") -> NotFound:
    """The answer for a dossier that is not there, and for one of others."""
    return NotFound("DOSSIER_UNKNOWN", "no such dossier at your office or authority", field="filing_id")


DOSSIER: Kind[Dossier] = Kind(prefix="dossiers/", topic=TOPIC, field="filing_id", facts=FACTS, fold=fold, unknown=unknown)
Dossiers = Subjects[Dossier]
