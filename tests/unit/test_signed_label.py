"""Signed codes: what is said comes back, any change shows, keys come and go; pages read the vectors in tests/golden too."""

import json
import os
import random
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from services.foundation import codes, signed_label
from services.foundation.errors import Invalid, Refused
from services.foundation.runtime import label_keys
from services.foundation.runtime.identity import key_id
from services.foundation.runtime.label_keys import LabelKeys
from services.foundation.signed_label import LabelSaid
from services.intake.labels import qr

VECTORS = Path(__file__).parents[1] / "golden" / "signed_labels.json"
NOW = datetime(2026, 11, 26, 3, tzinfo=UTC).timestamp()

SAID = st.builds(
    LabelSaid, tracking_code=st.integers(0, 2**60 - 1).map(codes.new_tracking_code),
    parcel_code=st.builds(codes.parcel_code, st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2),
                          st.integers(0, 99_999_999), st.sampled_from(("VN", "GB", "AA", "ZZ"))),
    label_version=st.integers(1, codes.MOST_VERSIONS), key_id=st.integers(0, 2**32 - 1).map("{:08x}".format),
    destination=st.one_of(st.just(""), st.integers(0, 999_999).map("{:06d}".format)))


def holds(text: str, keys: dict[str, Ed25519PublicKey]) -> bool:
    """Whether one who has these keys believes it."""
    try:
        said, signature = signed_label.decode(text)
        keys[said.key_id].verify(signature, signed_label.to_sign(said))
    except (Invalid, InvalidSignature, KeyError):
        return False
    return True


@given(SAID, st.binary(min_size=64, max_size=64))
def test_what_is_said_comes_back_and_fits_a_small_qr(said: LabelSaid, signature: bytes) -> None:
    text = signed_label.encode(said, signature)

    assert signed_label.decode(text) == (said, signature)
    assert signed_label.decode(f" {text.lower()} ") == (said, signature)
    assert signed_label.looks_signed(text)
    assert len(text) == signed_label.LENGTH == 139
    assert text.isalnum()


def test_the_code_is_version_6_at_level_m() -> None:
    assert qr.side_of("DP1" + "Z" * 136, "M") == 41  # 17 + 4 * 6


@given(SAID, st.integers(0, 135), st.sampled_from(signed_label._ALPHABET))
def test_no_letter_can_be_changed_unseen(said: LabelSaid, at: int, letter: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    text = signed_label.encode(said, key.sign(signed_label.to_sign(said)))
    changed = text[:3 + at] + letter + text[4 + at:]
    if changed == text:
        return

    assert not holds(changed, {said.key_id: key.public_key()})


@pytest.mark.parametrize("text", ["", "DP1", "DP2" + "0" * 136, "DP1" + "0" * 135, "DP1" + "0" * 137, "DP1" + "U" * 136,
                                  "DP1" + "0" * 136, "DP1" + "Z" * 136, "x" * 1000, "DP1" + "Ô" * 136])
def test_what_is_no_signed_code_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        signed_label.decode(text)

    assert refusal.value.reason == "SIGNED_LABEL_MALFORMED"


@pytest.mark.parametrize("changes", [{"label_version": 0}, {"label_version": 64}, {"tracking_code": "0000000000001"},
                                     {"destination": "12345"}, {"destination": "12345x"}, {"parcel_code": "RH123456784VN"}])
def test_what_no_label_can_say_is_not_signed(changes: dict[str, Any]) -> None:
    values = {"tracking_code": "0000000000000", "parcel_code": "RH123456785VN", "label_version": 1, "key_id": "00000000"}
    with pytest.raises(Invalid):
        signed_label.to_sign(LabelSaid(**{**values, **changes}))


def said_of(keys: LabelKeys) -> LabelSaid:
    return keys.check(keys.signed("0000000000000", "RH123456785VN", 1))


def test_the_newest_key_signs_all_that_were_made_verify_and_a_revoked_one_does_not(tmp_path: Path) -> None:
    keys = LabelKeys(tmp_path)
    old = keys.signed("0000000000000", "RH123456785VN", 3, "032248")
    label_keys.new_key(tmp_path, NOW)
    os.utime(tmp_path, ns=(1, 1))  # whatever the resolution of the file system's clock
    newer = keys.signed("0000000000000", "RH123456785VN", 4)
    first, second = keys.check(old), keys.check(newer)

    assert first.key_id != second.key_id
    assert (first.destination, first.label_version, second.label_version) == ("032248", 3, 4)
    newest, oldest = keys.all()
    assert (newest.key_id, newest.end_time, oldest.end_time) == (second.key_id, None, newest.start_time)
    label_keys.revoke(tmp_path, second.key_id, NOW + 60)
    label_keys.revoke(tmp_path, second.key_id, NOW + 90)
    with pytest.raises(Refused) as refusal:
        keys.check(newer)
    assert refusal.value.reason == "LABEL_KEY_REVOKED"
    assert keys.all()[0].revoke_time == datetime.fromtimestamp(NOW, UTC) + timedelta(minutes=1)
    assert said_of(keys).key_id == first.key_id  # the newest that still holds
    label_keys.revoke(tmp_path, first.key_id, NOW + 120)
    assert keys.signed("0000000000000", "RH123456785VN", 1) == ""


def test_a_foreign_and_a_forged_label_are_told_apart(tmp_path: Path) -> None:
    keys, foreign = LabelKeys(tmp_path / "a"), LabelKeys(tmp_path / "b")
    text = keys.signed("0000000000000", "RH123456785VN", 1)
    said, signature = signed_label.decode(text)
    other = LabelSaid(tracking_code=said.tracking_code, parcel_code=said.parcel_code, label_version=2, key_id=said.key_id)
    for forged, reason in ((foreign.signed("0000000000000", "RH123456785VN", 1), "LABEL_KEY_UNKNOWN"),
                           (signed_label.encode(other, signature), "LABEL_FORGED")):
        with pytest.raises(Refused) as refusal:
            keys.check(forged)
        assert refusal.value.reason == reason


def test_processes_that_start_together_share_one_first_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    first, second = LabelKeys(tmp_path), LabelKeys(tmp_path)
    path, = tmp_path.glob("label-*.key") if first.all() else ()

    assert first.all() == second.all()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_where_no_key_is_and_none_can_be_made_labels_are_printed_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: Any) -> Path:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(label_keys, "secret_file", read_only)
    keys = LabelKeys(tmp_path)
    assert (keys.all(), keys.signed("0000000000000", "RH123456785VN", 1)) == ((), "")
    monkeypatch.undo()
    label_keys.new_key(tmp_path, NOW)  # the secret is changed: no process need start anew
    os.utime(tmp_path, ns=(1, 1))
    assert said_of(keys).key_id == keys.all()[0].key_id


def test_a_folder_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    LabelKeys(tmp_path).all()
    (tmp_path / "label-revoked.txt").write_text("zzz\n")
    with pytest.raises(Invalid) as unreadable:
        LabelKeys(tmp_path).all()
    (tmp_path / "label-revoked.txt").unlink()
    (tmp_path / "label-20270101T000000Z.key").write_bytes(b"short")
    with pytest.raises(Invalid) as short:
        LabelKeys(tmp_path).all()
    (tmp_path / "label-20270101T000000Z.key").unlink()
    (tmp_path / "label-new.key").write_bytes(bytes(32))
    with pytest.raises(Invalid) as misnamed:
        LabelKeys(tmp_path).all()
    with pytest.raises(Refused) as unknown:
        label_keys.revoke(tmp_path / "empty", "00000000", NOW)

    assert [told.value.reason for told in (unreadable, short, misnamed, unknown)] == [
        "REVOCATIONS_UNREADABLE", "LABEL_KEY_UNREADABLE", "LABEL_KEY_MISNAMED", "LABEL_KEY_UNKNOWN"]


def test_an_operator_makes_shows_and_revokes_keys(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("POSTAL_KEYS_DIR", str(tmp_path))
    assert label_keys.main([]) == 0
    first = capsys.readouterr().out.split()[0]
    assert label_keys.main(["new"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert label_keys.main(["revoke", first]) == 0
    assert "REVOKED" in capsys.readouterr().out.splitlines()[1]
    assert label_keys.main(["revoke", "none"]) == 1
    assert "LABEL_KEY_UNKNOWN" in capsys.readouterr().err


def _made() -> dict[str, Any]:
    """The vectors, from keys and numbers anyone can make again."""
    draw = random.Random(20261126)
    private = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2)]
    names = [key_id(key.public_key())[:8] for key in private]
    labels, wrong = [], []
    for number in range(12):
        which = number % 2
        said = LabelSaid(tracking_code=codes.new_tracking_code(draw.getrandbits(60)), label_version=1 + number * 5,
                         parcel_code=codes.parcel_code("RH", draw.randrange(10**8)), key_id=names[which],
                         destination="" if number % 3 == 0 else f"{draw.randrange(10**6):06d}")
        text = signed_label.encode(said, private[which].sign(signed_label.to_sign(said)))
        labels.append({"text": text, "tracking_code": said.tracking_code, "parcel_code": said.parcel_code,
                       "label_version": said.label_version, "key_id": said.key_id, "destination": said.destination})
        at = 3 + draw.randrange(136)
        wrong.append({"text": text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1:]})
    keys = [{"key_id": name, "public_key_hex": key.public_key().public_bytes_raw().hex()}
            for name, key in zip(names, private, strict=True)]
    return {"keys": keys, "labels": labels, "wrong": wrong}


def test_the_golden_vectors_are_what_is_made_and_hold() -> None:
    """WRITE_VECTORS=1 writes them anew: only when a new version of the code begins, never to make this pass."""
    if os.environ.get("WRITE_VECTORS"):
        VECTORS.write_text(json.dumps(_made(), indent=1) + "\n", encoding="utf-8")
    kept = json.loads(VECTORS.read_text(encoding="utf-8"))
    keys = {each["key_id"]: Ed25519PublicKey.from_public_bytes(bytes.fromhex(each["public_key_hex"])) for each in kept["keys"]}

    assert kept == _made()
    for label in kept["labels"]:
        said, _ = signed_label.decode(label["text"])
        assert holds(label["text"], keys)
        assert {name: getattr(said, name) for name in label if name != "text"} == {
            name: value for name, value in label.items() if name != "text"}
    for label in kept["wrong"]:
        assert not holds(label["text"], keys)
