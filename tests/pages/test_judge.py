"""A device and the server say the same of a scan: every combination of place, holder, offer, label and end."""

import json
import subprocess
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

from services.courier.entry import Entry, EntryParcel, HandheldMode, ScanAct
from services.courier.notices import notices
from services.courier.parcel import Offer, Parcel
from services.courier.parcel_facts import Holder, ParcelDirection, ScanActivity

HERE = Path(__file__).parent
MODES = {"PICK_UP": "ACCEPTED", "OUT_TO_COURIER": "OUT_FOR_DELIVERY", "INTO_HUB": "ARRIVED", "OUT_OF_HUB": "DEPARTED",
         "GIVE_BACK": "RETURNED"}
ROUTE = ("100001", "200002", "300003")
ME = "bt"
SAID = {"ended": "PARCEL_ENDED", "not_mine": "NOT_MINE", "superseded": "SUPERSEDED_LABEL", "void": "PARCEL_VOID"}


def cases() -> list[tuple[dict[str, Any], set[tuple[str, str]]]]:
    """What the device is asked, and the server's notices for the same."""
    made = []
    holders = [Holder(person=person, place=place) for person, place in product(("", ME, "bt-lan"), ("100001", "999999"))]
    for mode, here, office, holder, taker, version, ended in product(
            MODES, ("100001", "300003", "999999"), ("", "200002"), holders, (None, *holders), (1, 2), ("", "ended", "void")):
        offer = taker and Offer(handover_id="h", giver=holder, taker=taker)
        parcel = Parcel(
            parcel_code="RH123456785VN", filing_id="f", direction=ParcelDirection.OUTBOUND, origin_office_code=ROUTE[0],
            destination_office_code=ROUTE[-1], authority_code="TINH-01", route=ROUTE, transit_due_date="2026-12-01",
            papers_count=3, holder=holder, offer=offer or None, office_code=office, ended=bool(ended), label_version=2,
            void=ended == "void")
        met = EntryParcel(parcel_code=parcel.parcel_code, label_version=version)
        entry = Entry(device_sequence=1, device_time=datetime(2026, 11, 26, tzinfo=UTC), operator=ME, office_code=here,
                      mode=HandheldMode[mode], parcels=(met,), scan=ScanAct(activity=ScanActivity[MODES[mode]]), signature=b"")
        row = {"code": parcel.parcel_code, "direction": "OUTBOUND", "route": ROUTE, "office": office, "authority": "TINH-01",
               "holder": holder_json(holder), "offer": taker and {"taker": holder_json(taker)}, "labelVersion": 2,
               "ended": bool(ended), "void": ended == "void"}
        found = {(each.kind.value, each.should_be_in)
                 for each in notices(parcel, entry, met, Holder(person=ME, place=here), (office,) if office else ())}
        made.append(({"mode": mode, "me": {"person": ME, "place": here}, "parcel": row, "labelVersion": version}, found))
    return made


def holder_json(holder: Holder) -> dict[str, str]:
    return {"person": holder.person, "place": holder.place}


def test_the_device_tells_one_of_the_server_s_notices_or_neither_tells_any(node: str) -> None:
    asked = cases()
    done = subprocess.run([node, str(HERE / "judge_cases.js")], input=json.dumps([case for case, _ in asked]),
                          capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)

    assert len(asked) > 4000
    for (case, found), verdict in zip(asked, told, strict=True):
        if verdict["outcome"] == "right":
            assert not found, case
        elif verdict["outcome"] == "wrong_way":
            assert ("WRONG_WAY", verdict["place"]) in found, case
        else:
            assert (SAID[verdict["outcome"]], "") in found, case
