"""Contracts: lint, and nothing that was published is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUF = shutil.which("buf", path=str(Path(sys.executable).parent)) or "buf"


def buf(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BUF, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_contracts_follow_the_standard_and_every_part_is_commented() -> None:
    done = buf("lint", "proto")

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_contract_without_comments_is_found(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "proto", tmp_path / "proto")
    service = tmp_path / "proto/postal/tracking/v1/tracking_service.proto"
    service.write_text(service.read_text().replace("// Asks for a journey by filing id.\n", ""))

    assert buf("lint", str(tmp_path / "proto")).returncode != 0


def test_no_contract_that_was_committed_is_broken() -> None:
    if subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.fail("run the tests in a git checkout: the committed contracts are what is compared with")
    done = buf("breaking", "proto", "--against", ".git#subdir=proto")

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_contract_is_found(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "proto", tmp_path / "proto")
    service = tmp_path / "proto/postal/tracking/v1/tracking_service.proto"
    service.write_text(service.read_text().replace("string tracking_code = 1;", "string tracking_code = 9;"))

    assert buf("breaking", str(tmp_path / "proto"), "--against", str(ROOT / "proto")).returncode != 0


def test_no_fact_carries_a_persons_name_number_phone_or_address() -> None:
    from postal.courier.v1 import parcel_events_pb2
    from postal.intake.v1 import dossier_events_pb2

    personal = ("name", "identity_number", "phone", "address", "applicant", "email")
    for module in (dossier_events_pb2, parcel_events_pb2):
        for message in module.DESCRIPTOR.message_types_by_name.values():
            bad = [field.name for field in message.fields if any(word in field.name for word in personal)]
            assert not bad, (message.full_name, bad)
