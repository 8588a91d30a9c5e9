"""A case means the same to who has just opened it and to who reads its bytes: its row must not depend on which it was."""

from datetime import UTC, datetime, timedelta

from services.courier.case import CaseOpened, fold, of_scan, to_row
from services.courier.parcel_facts import Scan, ScanActivity
from services.courier.stream import FACTS
from services.foundation import codec
from services.foundation.events import Actor
from tests.corpus.meaning import forget

WHEN = datetime(2026, 11, 24, 3, 0, 0, 7999, UTC)
WHO = Actor(person="bt", role="COURIER", place="032248", device="d")


def test_an_opened_case_means_the_same_read_from_its_bytes() -> None:
    scan = Scan(device="d", device_sequence=1, parcel_code="RH123456785VN", activity=ScanActivity.ARRIVED, office_code="032248",
                occur_time=WHEN - timedelta(minutes=5))
    said = of_scan(scan, None, WHO, WHEN)
    name, data = codec.encode(said)
    forget()
    read = FACTS.decode(name, data)
    rows = [to_row(case) for each in (said, read) if (case := fold([(each, WHO, WHEN)])) is not None]

    assert isinstance(read, CaseOpened)
    assert read == said
    assert rows[0] == rows[1]
    assert (rows[0]["mode"], rows[0]["receive_time"] % 1000) == (None, 7)
