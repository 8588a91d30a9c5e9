"""The plan past one machine: its numbers are those of the benchmarks, and they follow the load."""

from loadtests import scale


def test_the_document_tells_the_numbers_of_the_last_benchmarks() -> None:
    text = (scale.DOCS / "scale.md").read_text(encoding="utf-8")

    assert scale.written(text, scale.measured()) == text, "run python -m loadtests.scale"
    assert scale.table(scale.measured()) in text


def test_ten_times_the_load_needs_ten_times_the_cores_and_disks() -> None:
    found = scale.measured()
    nation, tenfold = scale.needs(scale.NATION, found), scale.needs(scale.PLANS[-1], found)

    assert all(9 <= tenfold["cores"][part] / nation["cores"][part] <= 11 for part in ("services", "mongod", "Kafka"))
    assert all(round(tenfold["terabytes"][part] / nation["terabytes"][part]) == 10 for part in ("MongoDB", "Kafka"))
    assert tenfold["partitions"] >= 2 * tenfold["members"]
