"""What the handheld page signs and sends is what the contract says, by a text written apart from both."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from postal.courier.v1 import entry_pb2, parcel_events_pb2, parcel_pb2

from tests.handheld import signed_text

HERE = Path(__file__).parent
HANDHELD = HERE.parents[1] / "services" / "courier" / "handheld"
DEVICE = "5f0c2a9b7d314e86a1b2"
HANDOVER = "0f8fad5b-d9cb-469f-a165-70867728950e"
ONE, TWO = {"parcelCode": "RH123456785VN", "labelVersion": 1}, {"parcelCode": "RH000000014VN"}
ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "scan": ("PICK_UP", {"scan": {"activity": "ACCEPTED"}}),
    "offer": ("HAND_OVER", {"offer": {
        "handoverId": HANDOVER, "taker": {"person": "bt-lan", "place": "032248"}, "signatureSha256": "a" * 64}}),
    "offer to a desk": ("HAND_OVER", {"offer": {
        "handoverId": HANDOVER, "taker": {"person": "", "place": "TINH-01"}, "signatureSha256": ""}}),
    "accept": ("SIGN_AT_AUTHORITY", {"accept": {"handoverId": HANDOVER, "signatureSha256": "b" * 64}}),
    "deliver": ("DELIVER", {"deliver": {
        "relation": "AUTHORISED", "identityPaper": "PASSPORT", "signatureSha256": "c" * 64, "receiverSha256": "d" * 64,
        "picture": "PHOTO", "receiver": {
            "salt": "0" * 32, "fullName": "Nguyễn Thị Ánh Tuyết", "lastFour": "1234", "oneTimeCode": ""}}}),
    "attempt": ("ATTEMPT_FAILED", {"attempt": {"reason": "NOT_FOUND", "nextStep": "TRY_AGAIN"}}),
}


def record(mode: str, act: dict[str, Any], **changes: Any) -> dict[str, Any]:
    parcels = [{**ONE, "papersCounted": 0, "differences": [{"kind": "SEAL_BROKEN", "count": 0}]}, TWO] if "accept" in act else [ONE]
    entry = {"at": 1795570200123, "operator": "bt-hường", "officeCode": "032248", "mode": mode, "parcels": parcels,
             "coarsePlace": {"latitudeHundredths": 918, "longitudeHundredths": -10515}, **act, **changes}
    return {"device": DEVICE, "sequence": 7, "at": entry["at"], "codes": [each["parcelCode"] for each in parcels], "entry": entry,
            "signature": "AA=="}


def written(node: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = subprocess.run([node, str(HERE / "write_entries.js")], input=json.dumps(records), capture_output=True, text=True,
                          check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_the_signed_text_is_the_contract_s_and_the_message_says_the_same(node: str) -> None:
    records = [record(mode, act) for mode, act in ACTS.values()]
    for name, made in zip(ACTS, written(node, records), strict=True):
        entry = json_format.ParseDict(made["message"], entry_pb2.Entry())
        assert made["text"] == signed_text(DEVICE, entry), name
        assert made["sound"], name
        assert not made["torn"], name


def test_the_contract_s_own_example_is_written_as_it_stands_there(node: str) -> None:
    one = record("PICK_UP", {"scan": {"activity": "ACCEPTED"}}, operator="bt-huong",
                 coarsePlace={"latitudeHundredths": 918, "longitudeHundredths": 10515})

    assert written(node, [one])[0]["text"].split("\n") == [
        "postal.courier.v1.Entry", "device 5f0c2a9b7d314e86a1b2", "sequence 7", "time 1795570200123", "operator bt-huong",
        "office 032248", "place 918 10515", "mode PICK_UP", "act SCAN", "activity ACCEPTED", "parcel RH123456785VN label=1"]


@pytest.mark.parametrize(("prefix", "enum"), [
    ("reason.", parcel_events_pb2.AttemptReason), ("next.", parcel_pb2.NextStep),
    ("difference.", parcel_events_pb2.DifferenceKind), ("relation.", parcel_events_pb2.ReceiverRelation),
    ("paper.", parcel_events_pb2.IdentityPaper), ("mode.", entry_pb2.HandheldMode),
])
def test_every_value_of_the_contract_has_a_word_in_both_languages(node: str, prefix: str, enum: Any) -> None:
    script = f"import {{ say, hasWord }} from '{HANDHELD}/words.js'; console.log(JSON.stringify(JSON.parse(process.argv[1])" \
             ".map((key) => hasWord(key) && [say('vi', key), say('en', key)])))"
    values = enum.keys()
    short = values[0].removesuffix("UNSPECIFIED")
    names = [prefix + value.removeprefix(short) for value in values[1:]]
    done = subprocess.run([node, "--input-type=module", "-e", script, json.dumps(names)], capture_output=True, text=True,
                          check=True)

    for name, pair in zip(names, json.loads(done.stdout), strict=True):
        assert pair, name
        assert all(pair), name


def test_next_steps_are_those_the_contract_lists(node: str) -> None:
    """The table in the comment of NextStep, read from the proto itself."""
    proto = (HERE.parents[1] / "proto/postal/courier/v1/parcel.proto").read_text(encoding="utf-8")
    table = {}
    for line in proto.splitlines():
        words = line.removeprefix("//").replace(",", " ").split()
        if words and words[0] in parcel_reasons():
            table[words[0]] = [f"{step}_LATER" if mark == "*" else step
                               for step, mark in zip(words[1:], [*words[2:], ""], strict=True) if step != "*"]
    script = f"import {{ AFTER }} from '{HANDHELD}/rules.js'; console.log(JSON.stringify(AFTER))"
    done = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)

    assert len(table) == len(parcel_reasons())
    assert json.loads(done.stdout) == table


def parcel_reasons() -> list[str]:
    return [name.removeprefix("ATTEMPT_REASON_") for name in list(parcel_events_pb2.AttemptReason.DESCRIPTOR.values_by_name)[1:]]


def test_pure_modules_do_what_they_say(node: str) -> None:
    files = sorted(str(path) for path in HERE.glob("*.test.js"))
    done = subprocess.run([node, "--test", *files], capture_output=True, text=True, check=False)

    assert files
    assert done.returncode == 0, done.stdout[-6000:]
