"""I1–I5, I12, I19, I21, I22, I28: filings, their moves, their money, their codes."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations

from . import folds
from .dataset import DataSet, Fact

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHI_SQUARE_31_AT_0_001 = 61.1
_ENOUGH_CODES = 200
_TOLD_ANEW = ("RecordScans", "UploadBundle", "EnrolDevice")  # a repeated scan is told to be one; answers that carry the time


def i1(data: DataSet) -> Iterator[str]:
    """Every filing that was answered exists exactly once, with the codes it was answered with."""
    there = data.dossiers()
    for op in data.of("FileDossier"):
        facts = there.get(op.answer["filing_id"], [])
        filed = [fact.message for fact in facts if fact.kind == "DossierFiled"]
        if len(filed) != 1:
            yield f"{op.answer['filing_id']} was acknowledged and is there {len(filed)} times"
        elif (filed[0].tracking_code, filed[0].parcel_code) != (op.answer["tracking_code"], op.answer["parcel_code"]):
            yield f"{op.answer['filing_id']} has other codes than were answered"


def i2(data: DataSet) -> Iterator[str]:
    """A refused filing exists nowhere; one without an answer at most once."""
    causes = Counter(facts[0].cause for facts in data.dossiers().values())
    known = {op.key for op in data.of("FileDossier")} | {op.key for op in data.of("FileDossier", outcome="unknown")}
    for op in data.of("FileDossier", outcome="refused"):
        if causes[op.key] and op.key not in known:
            yield f"{op.key} was refused and is filed"
    for op in data.of("FileDossier", outcome="unknown"):
        if causes[op.key] > 1:
            yield f"{op.key} had no answer and is filed {causes[op.key]} times"


def i3(data: DataSet) -> Iterator[str]:
    """One request id leads to one dossier, and every answer to it is the same, byte for byte."""
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for op in data.history:
        if op.outcome == "ok" and op.key and op.digest and op.op not in _TOLD_ANEW:
            answers[op.op, op.key].add(op.digest)
    for (name, key), digests in answers.items():
        if len(digests) > 1:
            yield f"{name} {key} was answered in {len(digests)} ways"
    for cause, count in Counter(facts[0].cause for facts in data.dossiers().values()).items():
        if count > 1:
            yield f"request {cause} made {count} dossiers"


def i4(data: DataSet) -> Iterator[str]:
    """No filing id, tracking code or parcel code is given twice; a roll's label is bound to the one dossier that has its codes."""
    tracking, parcels, ids = Counter[str](), Counter[str](), defaultdict[str, set[str]](set)
    for facts in data.dossiers().values():
        now = folds.dossier(facts)
        tracking[now.filed.tracking_code] += 1
        parcels.update(now.parcels)
    for op in data.of("FileDossier"):
        ids[op.answer["filing_id"]].add(op.key)
    yield from (f"{code} was given {count} times" for code, count in (tracking + parcels).items() if count > 1)
    yield from (f"{filing} answers {len(keys)} requests" for filing, keys in ids.items() if len(keys) > 1)
    yield from _labels(data)


def _labels(data: DataSet) -> Iterator[str]:
    """Rolls' labels, each bound once at most and before its dossier; new labels, known to the parcel as to the dossier."""
    holders = {facts[0].message.tracking_code: filing for filing, facts in data.dossiers().items()}
    for subject, facts in data.streams["intake"].items():
        if subject.startswith("labels/"):
            code, bound = subject.removeprefix("labels/"), [fact.message.filing_id for fact in facts if fact.kind == "LabelBound"]
            if len(bound) > 1 or [holders[code] for _ in bound if code in holders] not in ([], bound) or (
                    code in holders and not bound):
                yield f"label {code} is bound to {bound} and used by {holders.get(code)}"
    parcels = {code: folds.parcel(facts) for code, facts in data.parcels().items()}
    for filing, facts in data.dossiers().items():
        now = folds.dossier(facts)
        yield from (f"{filing}: {code} has label {now.labels.get(code, 1)} and its parcel says {parcels[code].label}"
                    for code in now.parcels if code in parcels and parcels[code].label != now.labels.get(code, 1))
        yield from (f"{filing}: {code} is void here and not there, or there and not here"
                    for code in now.parcels if code in parcels and parcels[code].void != (code == now.void))


def i5(data: DataSet) -> Iterator[str]:
    """No dossier is there that nobody asked for, or without its clerk being asked beside an open one of the same person."""
    asked = {op.key: op.request for op in data.history if op.op == "FileDossier"}
    persons: dict[str, list[list[Fact]]] = defaultdict(list)
    for filing, facts in data.dossiers().items():
        if facts[0].cause not in asked:
            yield f"{filing} was asked for by nobody"
        elif "person" in asked[facts[0].cause]:
            persons[asked[facts[0].cause]["person"]].append(facts)
    for mine in persons.values():
        in_turn = sorted(mine, key=lambda facts: facts[0].recorded)
        for before, after in combinations(in_turn, 2):
            certain = before[0].recorded + data.clocks_ms < after[0].recorded  # else either may have been the second
            second = [after] if certain else [before, after]
            if _open_together(before, after, data.clocks_ms) and not any(asked[each[0].cause]["confirmed"] for each in second):
                yield f"{after[0].key} was filed beside {before[0].key} of the same person, and nobody was asked"


def _open_together(one: list[Fact], other: list[Fact], clocks_ms: int) -> bool:
    """Whether neither was closed before the other was filed, whatever the clocks."""
    return one[0].recorded < _closed(other) - clocks_ms and other[0].recorded < _closed(one) - clocks_ms


def _closed(facts: list[Fact]) -> float:
    """When it was declined, taken back or decided; endless if it was not."""
    ends = ("DossierDeclined", "DossierWithdrawn", "DossierDecided")
    return min((fact.recorded for fact in facts if fact.kind in ends), default=float("inf"))


def i12(data: DataSet) -> Iterator[str]:
    """As many filed as published as shown, by office and day."""
    stored: Counter[tuple[str, str]] = Counter()
    for facts in data.dossiers().values():
        stored[facts[0].message.office_code, _day(facts[0].occurred)] += 1
    published = {record.fact.subject: record.fact for record in data.topics["postal.dossiers.v1"]
                 if record.fact and record.fact.kind == "DossierFiled"}
    in_topic = Counter((fact.message.office_code, _day(fact.occurred)) for fact in published.values())
    in_view = Counter((row.value["office"], _day(row.value["entries"][0][2]))
                      for row in data.rows["tracking", "journey_dossiers"].values())
    for name, counted in (("topic", in_topic), ("tracking", in_view)):
        if counted != stored:
            yield f"{name} counts {sum(counted.values())} dossiers, intake {sum(stored.values())}; by office and day they differ"


def i19(data: DataSet) -> Iterator[str]:
    """No move outside the national table; legally filed once at most; nothing answered is ahead of what is stored."""
    now = {filing: folds.dossier(facts) for filing, facts in data.dossiers().items()}
    for filing, found in now.items():
        yield from (f"{filing}: {move} is not a move from there" for move in found.wrong_moves)
        if found.lodged > 1:
            yield f"{filing} was lodged {found.lodged} times"
    for op in data.history:
        if op.outcome == "ok" and "etag" in op.answer and int(op.answer["etag"]) > len(data.dossiers().get(
                op.answer["filing_id"], ())):
            yield f"{op.answer['filing_id']} was answered as of fact {op.answer['etag']} and has fewer"


def i21(data: DataSet) -> Iterator[str]:
    """Every entry debits one account and credits another by the same whole, positive number of đồng."""
    for filing, facts in data.dossiers().items():
        for fact in facts:
            if fact.kind == "LedgerPosted":
                entry = fact.message
                if entry.debit_account == entry.credit_account or entry.amount_vnd <= 0 or not entry.debit_account:
                    yield f"{filing}: entry {fact.sequence} does not balance"


def i22(data: DataSet) -> Iterator[str]:
    """At most one charge of a kind per dossier, and it is the one that was asked and answered; what was given back is all of it."""
    charged: dict[str, Counter[str]] = {}
    for filing, facts in data.dossiers().items():
        posted = [fact.message for fact in facts if fact.kind == "LedgerPosted"]
        kinds = Counter((entry.ledger, entry.purpose) for entry in posted)
        yield from (f"{filing}: {ledger} was charged {count} times" for (ledger, _), count in kinds.items() if count > 1)
        charged[filing] = Counter()
        for entry in posted:
            if entry.purpose == "FILING":
                charged[filing][entry.ledger] += entry.amount_vnd
        for entry in posted:
            if entry.purpose == "CANCELLATION" and entry.amount_vnd != charged[filing][entry.ledger]:
                yield f"{filing}: {entry.ledger} was given back otherwise than charged"
    for op in data.of("FileDossier"):
        got = charged.get(op.answer["filing_id"], Counter())
        if (got["FEE"], got["POSTAGE"]) != (op.request["fee_vnd"], op.request["postage_vnd"]):
            yield f"{op.answer['filing_id']} was charged otherwise than asked"


def i28(data: DataSet) -> Iterator[str]:
    """Tracking codes hold their check character, look drawn by chance, and tell nothing about order."""
    codes = [facts[0].message.tracking_code for facts in sorted(data.dossiers().values(), key=lambda facts: facts[0].recorded)]
    for code in codes:
        if len(code) != 13 or not _check_holds(code):
            yield f"{code} fails its check"
    if len(codes) < _ENOUGH_CODES:
        return
    counts = Counter(character for code in codes for character in code[:12])
    expected = len(codes) * 12 / 32
    chi = sum((counts[character] - expected) ** 2 / expected for character in _ALPHABET)
    if chi > _CHI_SQUARE_31_AT_0_001:
        yield f"characters of tracking codes are not even: chi-square {chi:.1f} > {_CHI_SQUARE_31_AT_0_001}"
    if abs(_correlation([_value(code) for code in codes])) > 4 / len(codes) ** 0.5:
        yield "tracking codes follow the order of filing"


def _check_holds(code: str) -> bool:
    """Sum of a^(i+1) * c_i over GF(32), a a root of x^5 + x^2 + 1: computed by polynomial multiplication."""
    def times(left: int, right: int) -> int:
        product = 0
        for bit in range(5):
            product ^= (left << bit) * (right >> bit & 1)
        for bit in range(8, 4, -1):
            product ^= (0b100101 << (bit - 5)) * (product >> bit & 1)
        return product

    power, total = 1, 0
    for character in code[:12]:
        power = times(power, 2)
        total ^= times(power, _ALPHABET.index(character))
    return _ALPHABET[total] == code[12]


def _value(code: str) -> float:
    return sum(_ALPHABET.index(character) / 32 ** (place + 1) for place, character in enumerate(code[:6]))


def _correlation(values: list[float]) -> float:
    n, mean_place = len(values), (len(values) - 1) / 2
    mean = sum(values) / n
    top = sum((place - mean_place) * (value - mean) for place, value in enumerate(values))
    spread = sum((place - mean_place) ** 2 for place in range(n)) * sum((value - mean) ** 2 for value in values)
    return top / spread ** 0.5 if spread else 1.0


def _day(ms: int) -> str:
    return (datetime.fromtimestamp(ms / 1000, UTC) + timedelta(hours=7)).date().isoformat()

