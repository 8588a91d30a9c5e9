"""The arrows of docs/architecture.md, read from the code's own imports."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("intake", "courier", "tracking")
PURE = {
    "services/intake": ("dossier", "dossier_facts", "dossier_moves", "dossier_fold", "routing", "deadlines", "fees",
                        "corrections", "day", "counter_facts"),
    "services/intake/labels": ("label", "parties", "roll", "code128", "layout"),
    "services/intake/forms": ("words", "slip"),
    "services/intake/printing": ("journal",),
    "services/courier": ("parcel", "parcel_facts", "handover", "route", "entry", "entry_form", "signed_text",
                         "device_clock", "delivery", "notices", "acts", "proof", "proof_words", "picture", "case"),
    "services/courier/devices": ("device", "device_facts"),
    "services/tracking": ("timeline", "clocks_of_promise"),
    "services/foundation": ("events", "errors", "codes", "calendar", "signed_label", "one_time_code"),
}
FOUNDATION_PURE = {f"services.foundation.{name}" for name in ("events", "errors", "codes", "calendar", "one_time_code")}
ONLY_HERE = {
    "motor": "services/foundation/adapters/mongo", "pymongo": "services/foundation/adapters/mongo",
    "bson": "services/foundation/adapters/mongo",
    "aiokafka": "services/foundation/adapters/kafka",
    "qrcode": "services/intake/labels/qr", "PIL": "services/intake/labels/raster",
    "prometheus_client": "services/foundation/runtime/metrics", "opentelemetry": "services/foundation/runtime/spans",
}


def imports(path: Path) -> set[str]:
    """Every module a file imports, absolute."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} if node.module else {f"{module}.{name.name}" for name in node.names}
    return found


def modules() -> list[Path]:
    return sorted((ROOT / "services").rglob("*.py"))


def pure_modules() -> list[Path]:
    return [ROOT / folder / f"{name}.py" for folder, names in PURE.items() for name in names
            if (ROOT / folder / f"{name}.py").exists()]


@pytest.mark.parametrize("path", pure_modules(), ids=str)
def test_a_pure_module_imports_no_transport_and_no_storage(path: Path) -> None:
    own = ".".join(path.relative_to(ROOT).parts[:-1])
    service = "/".join(path.relative_to(ROOT).parts[:2])
    siblings = {f"{folder.replace('/', '.')}.{name}" for folder, names in PURE.items() if folder.startswith(service)
                for name in names} | {"services.registry.records"}
    allowed = FOUNDATION_PURE | siblings
    strange = {module for module in imports(path)
               if module.split(".")[0] not in sys.stdlib_module_names and module not in allowed
               and not any(each.startswith(f"{module}.") and each in allowed for each in allowed if module == own)}
    assert strange <= {"services.foundation"}, f"{path.name} imports {sorted(strange)}"


@pytest.mark.parametrize("path", pure_modules(), ids=str)
def test_a_pure_module_never_reads_a_clock_or_draws_a_number(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not [word for word in (".now(", "utcnow(", "time.time(", "import random", "import secrets", "open(")
                if word in text]


def test_a_service_never_imports_another() -> None:
    for service in SERVICES:
        for path in (ROOT / "services" / service).rglob("*.py"):
            others = {f"services.{other}" for other in SERVICES if other != service}
            assert not [module for module in imports(path) if module.startswith(tuple(others))], path


def test_the_foundation_knows_no_service() -> None:
    for path in (ROOT / "services" / "foundation").rglob("*.py"):
        known = tuple(f"services.{name}" for name in (*SERVICES, "registry", "demo", "admin"))
        assert not [module for module in imports(path) if module.startswith(known)], path


@pytest.mark.parametrize("library", ONLY_HERE)
def test_a_driver_is_imported_in_its_one_place(library: str) -> None:
    for path in modules():
        if library in {module.split(".")[0] for module in imports(path)}:
            assert path.relative_to(ROOT).as_posix().startswith(ONLY_HERE[library]), path


def test_generated_code_is_imported_by_doors_and_codec_alone() -> None:
    allowed = ("grpc_api.py", "office_api.py", "codec.py", "doors.py", "journey.py", "service.py", "policy.py")
    for path in modules():
        if any(module.startswith("postal.") for module in imports(path)):
            assert path.name in allowed or path.parent.name == "demo", path


def test_a_clock_is_read_in_its_adapter_alone() -> None:
    for path in modules():
        place = path.relative_to(ROOT / "services").as_posix()
        if place.startswith(("foundation/adapters/clocks", "foundation/runtime/", "demo/", "foundation/localservers/")):
            continue
        text = path.read_text(encoding="utf-8")
        assert not [read for read in ("datetime.now(", "time.time(") if read in text], path
