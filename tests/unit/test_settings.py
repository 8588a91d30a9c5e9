"""Settings: read once, every wrong one named together (A18: a bad one fails fast and clearly)."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.foundation.errors import Invalid
from services.foundation.runtime import settings

BAD = {"POSTAL_STORE": "oracle:x", "POSTAL_LOG": "rabbit://x", "POSTAL_MONGO_DRIVER": "pymong", "POSTAL_INTAKE_PORT": "70000",
       "POSTAL_HTTP_PORT": "http", "POSTAL_COURIER_HTTP_PORT": "-1", "POSTAL_PUBLIC_URL": "localhost", "POSTAL_LOG_LEVEL": "LOUD",
       "POSTAL_NOTIFIER": "sms:0912345678"}


def test_without_settings_everything_runs_on_a_laptop() -> None:
    found = settings.read({})

    assert found == settings.Settings()
    assert found.port("courier") == 8102


def test_alone_a_service_has_an_http_port_of_its_own_and_together_they_share_one() -> None:
    found = settings.read({"POSTAL_INTAKE_HTTP_PORT": "1", "POSTAL_COURIER_HTTP_PORT": "2", "POSTAL_HTTP_PORT": "3"})

    assert [found.http_port_of((name,)) for name in ("intake", "courier", "tracking")] == [1, 2, 3]
    assert found.http_port_of(("intake", "courier", "tracking")) == 3


def test_a_setting_is_read_from_its_variable() -> None:
    found = settings.read({"POSTAL_HTTP_PORT": "9000", "POSTAL_KEYS_DIR": "/x", "POSTAL_STORE": "memory:"})

    assert (found.http_port, found.keys_dir, found.store) == (9000, Path("/x"), "memory:")


@pytest.mark.parametrize("name", BAD)
def test_a18_each_wrong_setting_is_named(name: str) -> None:
    with pytest.raises(Invalid) as problem:
        settings.read({name: BAD[name]})

    assert problem.value.reason == "SETTINGS_WRONG"
    assert name in problem.value.message


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(Invalid) as problem:
        settings.read(BAD)

    assert all(name in problem.value.message for name in BAD)


def test_mongodb_without_kafka_is_refused() -> None:
    with pytest.raises(Invalid, match="POSTAL_LOG"):
        settings.read({"POSTAL_STORE": "mongodb://x"})


def test_a18_a_wrong_setting_ends_the_process_with_one_line() -> None:
    done = subprocess.run([sys.executable, "-m", "services"], env={"POSTAL_STORE": "oracle:x"}, capture_output=True, text=True,
                          check=False, timeout=30)

    assert done.returncode == 1
    assert done.stderr.startswith("SETTINGS_WRONG: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_secret_is_read_from_the_file_it_is_mounted_as_unless_the_variable_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / "uri").write_text("mongodb://intake:secret@db/\n")
    mounted = {"POSTAL_STORE_FILE": str(tmp_path / "uri"), "POSTAL_LOG": "kafka://k:9092"}

    assert settings.read(mounted).store == "mongodb://intake:secret@db/"
    assert settings.read(mounted | {"POSTAL_STORE": "mongodb://other/"}).store == "mongodb://other/"
    with pytest.raises(Invalid, match="POSTAL_STORE_FILE must be a file"):
        settings.read({"POSTAL_STORE_FILE": str(tmp_path / "gone")})
