"""The counter without network: it opens, finds procedures, takes in with a label of a roll, and sends when the network is back."""

import asyncio
import json
import subprocess
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright
from postal.intake.v1 import intake_service_pb2 as intake

from services.foundation.localservers.process import free_port
from tests.browser.clerk import CARD, WHO, Clerk, Office, office
from tests.browser.field import FLAGS
from tests.browser.test_handheld_faults import connected
from tests.builders import a_filing


async def _labels(clerk: Clerk, count: int = 3) -> list[str]:
    made = await clerk.doors.call("PrintRoll", intake.PrintRollRequest(labels=count, request_id=str(uuid.uuid4())), clerk.person)
    return [label.parcel_code for label in made.roll.labels]


async def _cut_off(clerk: Clerk) -> None:
    """After a first visit that has fetched all it needs, no network; a new start of the page."""
    await clerk.page.evaluate("navigator.serviceWorker.ready")
    await clerk.page.wait_for_function(
        "async () => (await (await navigator.serviceWorker.ready).active)?.state === 'activated'")
    await clerk.page.wait_for_function(f"() => new Promise((answer) => {{ {_PROCEDURES_KEPT} }})")
    await clerk.context.set_offline(True)
    await clerk.page.reload()


_PROCEDURES_KEPT = """const asked = indexedDB.open('counter');
    asked.onsuccess = () => {
        const count = asked.result.transaction('procedures').objectStore('procedures').count();
        count.onsuccess = () => { asked.result.close(); answer(count.result > 100); };
    };
    asked.onerror = () => answer(false);"""


async def _fill(clerk: Clerk, label: str, seal: str) -> None:
    await clerk.at("procedure")
    await clerk.type("hanh nghe duoc")
    await clerk.page.get_by_role("option").first.wait_for()
    await clerk.press("Enter")
    await clerk.at("place")
    await clerk.scan(CARD)
    await clerk.sees("Mất mạng: cơ quan sẽ được xác định khi gửi.")
    await clerk.count_papers()
    for name, text in (("phone", "0912345678"), ("postage", "25000"), ("weight", "120")):
        await clerk.at(name)
        await clerk.type(text)
        await clerk.press("Enter")
    await clerk.at("seal")
    await clerk.scan(seal)
    await clerk.at("label")
    if label:
        await clerk.scan(label)
        await clerk.page.wait_for_function("() => document.activeElement.id === 'submit'")


async def test_offline_a_label_of_a_roll_makes_a_filing_that_is_sent_when_the_network_is_back(clerk: Clerk) -> None:
    first, second, _ = await _labels(clerk)
    await _cut_off(clerk)
    await clerk.page.locator("header .state.trouble").wait_for()
    await _fill(clerk, first, "NP1")
    await clerk.press("Enter")
    await clerk.sees("Đã ghi, sẽ gửi khi có mạng")
    handed_in = datetime.now(UTC)
    await clerk.look()
    await clerk.press("Enter")
    await clerk.page.reload()  # what waits is on the disk
    await _fill(clerk, second, "NP2")
    await clerk.press("Enter")
    await clerk.sees("Đã ghi, sẽ gửi khi có mạng")
    assert await clerk.dossiers() == []
    await clerk.context.set_offline(False)
    filed = await clerk.until_filed(1)  # the second is of the same person and procedure: asked first

    assert filed[0].parcel_code == first
    assert filed[0].file_time.ToDatetime(UTC) <= handed_in  # promises, day and cash count from when the citizen stood there
    await clerk.press("F8")
    await clerk.sees("Người này đang có hồ sơ cùng thủ tục")
    await clerk.tab_to("Sửa")
    await clerk.press("Enter")
    await clerk.sees("Hồ sơ đã nộp")
    assert await clerk.page.evaluate("() => document.activeElement.textContent") == "Không nộp thêm"
    await clerk.tab_to("Nộp thêm một hồ sơ nữa")
    await clerk.look()
    await clerk.press("Enter")
    await clerk.sees("Đã nhận hồ sơ")
    assert {dossier.parcel_code for dossier in await clerk.until_filed(2)} == {first, second}


async def test_offline_without_a_label_nothing_is_taken_in_and_the_draft_stays(clerk: Clerk) -> None:
    await _cut_off(clerk)
    await _fill(clerk, "", "NP1")
    await clerk.press("Enter")
    await clerk.sees("Mất mạng: quét một nhãn in sẵn")
    await clerk.page.locator("#submit").focus()
    await clerk.press("Enter")
    await clerk.sees("Cần sửa trước khi nhận")
    await clerk.page.reload()
    await clerk.page.wait_for_selector("[data-field=seal]", state="attached")

    assert await clerk.value("seal") == "NP1"


async def test_a_label_that_another_took_is_mended_and_nothing_is_lost(clerk: Clerk, counter_office: Office) -> None:
    taken, free, _ = await _labels(clerk)
    await clerk.doors.call("FileDossier", a_filing(label_code=taken, synthetic=True), WHO)
    await clerk.to_submit()
    await clerk.scan(taken)
    await clerk.page.wait_for_function("() => document.activeElement.id === 'submit'")
    await clerk.press("Enter")
    await clerk.sees("Nhãn này đã dùng cho hồ sơ khác")
    await clerk.at_open("label")
    await clerk.scan(free)
    await clerk.page.wait_for_function("() => document.activeElement.id === 'submit'")
    await clerk.press("Enter")
    await clerk.sees("Đã nhận hồ sơ")

    assert {dossier.parcel_code for dossier in await clerk.until_filed(2)} == {taken, free}


async def test_a_refused_filing_of_a_queue_leaves_the_others_alone_and_each_has_its_answer(
        browser: Browser, built_pages: Path, tmp_path: Path) -> None:
    async with office(tmp_path, built_pages) as opened, opened.clerk(browser) as clerk:
        labels = await _labels(clerk, 4)
        await clerk.page.wait_for_function("() => !!document.querySelector('header .state.done')")
        await clerk.context.set_offline(True)
        drafts = [{"seal": f"S{number}", "label": label, "card": f"0961850012{number:02d}"} for number, label in enumerate(labels)]
        drafts[1]["label"] = drafts[0]["label"]  # the same label twice: the second must be mended
        await clerk.page.evaluate(_ENQUEUE, json.dumps(drafts))
        await clerk.context.set_offline(False)
        await clerk.page.reload()
        filed = await clerk.until_filed(3)
        await clerk.press("F8")
        await clerk.sees("Nhãn này đã dùng cho hồ sơ khác")

        assert {dossier.seal_number for dossier in filed} == {"S0", "S2", "S3"}
        await clerk.page.wait_for_function("() => document.querySelectorAll('.list .row').length === 1")
        kept = await clerk.page.evaluate(_ALL_KEPT)
        assert "0961850012" in kept  # the one that waits to be mended
        assert kept.count("0961850012") == 2  # in its message and its draft; what was filed has left no number here


_ENQUEUE = """async (text) => {
    const asked = indexedDB.open('counter');
    const db = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
    const write = db.transaction('outbox', 'readwrite');
    for (const { seal, label, card } of JSON.parse(text)) {
        const id = crypto.randomUUID();
        const applicant = { fullName: 'Trần Văn A', identityNumber: card, phone: '0912345678', address: 'Ấp 1, xã Đất Mũi' };
        write.objectStore('outbox').put({
            id, owner: 'gdv-dat-mui@032248', state: 'waiting', problem: null,
            queued: new Date(Date.now() + Number(seal.slice(1))).toISOString(),
            message: { procedureCode: '1.014092', unitCode: '01', applicant, papers: [{ name: 'Đơn', originals: 1, copies: 0 }],
                service: 'FILING_SERVICE_BOTH', weightGrams: 100, feeVnd: '500000', postageVnd: '25000', sealNumber: seal,
                labelCode: label, requestId: id },
            draft: { id, person: 'gdv-dat-mui', office: '032248', created: '', changed: '', step: 'envelope',
                values: { procedure: null, papers: [], identityNumber: card, fullName: 'Trần Văn A', place: '', seal, label } } });
    }
    await new Promise((resolve) => { write.oncomplete = resolve; });
    db.close();
}"""
_ALL_KEPT = """async () => {
    const asked = indexedDB.open('counter');
    const db = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
    const all = [];
    for (const name of db.objectStoreNames) {
        const got = db.transaction(name).objectStore(name).getAll();
        all.push(await new Promise((resolve) => { got.onsuccess = () => resolve(name === 'procedures' ? [] : got.result); }));
    }
    db.close();
    return JSON.stringify([all, { ...localStorage }, { ...sessionStorage, badge: '' }]);
}"""


async def _until_in_the_database(clerk: Clerk, typed: str) -> None:
    """What is still on its way there lies under "draft/" in the page's other store, which a killed browser may lose."""
    while typed not in (kept := await clerk.page.evaluate(_ALL_KEPT)) or "draft/" in kept:
        await clerk.page.wait_for_timeout(20)


@pytest.mark.parametrize(("edits", "expected"), [(-8, "khai sinh"), (1, "khai sinh lại")], ids=["older", "newer"])
async def test_letters_from_before_the_database_s_own_are_no_news(clerk: Clerk, edits: int, expected: str) -> None:
    """What a page kept on its way to the database comes back after kill -9, even if it had been taken away since."""
    await clerk.at("procedure")
    await clerk.type("khai sinh")
    await _until_in_the_database(clerk, "khai sinh")
    await clerk.page.evaluate(_LEFT_BEHIND, [edits, "k" if edits < 0 else "khai sinh lại"])
    await clerk.page.reload()
    await clerk.at("procedure")

    assert await clerk.value("procedure") == expected
    assert await clerk.page.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('draft/'))") == []


_LEFT_BEHIND = """async ([edits, query]) => {
    const asked = indexedDB.open('counter');
    const db = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
    const got = db.transaction('drafts').objectStore('drafts').getAll();
    const [draft] = await new Promise((resolve) => { got.onsuccess = () => resolve(got.result); });
    db.close();
    const left = { ...draft, edits: draft.edits + edits, values: { ...draft.values, query } };
    localStorage.setItem(`draft/${draft.id}`, JSON.stringify(left));
}"""


async def test_a_killed_browser_leaves_the_draft_and_the_queue(
        counter_office: Office, player: Playwright, chromium: str, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{counter_office.http_port}/counter/"
    for life in (1, 2):
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            chromium, "--headless=new", f"--remote-debugging-port={port}", f"--user-data-dir={tmp_path / 'counter'}", *FLAGS,
            "about:blank", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        context = (await connected(player, port)).contexts[0]
        clerk = Clerk(context.pages[0], context, address, counter_office.doors, [])
        await clerk.page.goto(f"{address}#token={counter_office.doors._mint(WHO)}")
        await clerk.page.wait_for_selector("[data-field=procedure]")
        if life == 1:
            [label, *_] = await _labels(clerk)
            await clerk.to_submit()
            await clerk.scan(label)
            await clerk.page.wait_for_function("() => document.activeElement.id === 'submit'")
            await context.set_offline(True)
            await clerk.press("Enter")
            await clerk.sees("Đã ghi, sẽ gửi khi có mạng")
            await clerk.look()
            await clerk.press("Enter")
            await clerk.at("procedure")
            await clerk.type("khai sinh")
            await _until_in_the_database(clerk, "khai sinh")
        else:
            typed = await clerk.value("procedure")
            [dossier] = await clerk.until_filed(1)
        process.kill()
        await process.wait()

    assert typed == "khai sinh"
    assert (dossier.parcel_code, dossier.applicant.full_name) == (label, "Nguyễn Thị Ánh Tuyết")
