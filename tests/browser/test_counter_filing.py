"""The counter page, by keys and scanner alone: a filing in twenty seconds of strokes, and no key that loses anything."""

import json
import re
from dataclasses import replace
from itertools import cycle

from playwright.async_api import Browser, Route

from tests.browser.clerk import CARD, OTHER_CARD, ROOT, WHO, Clerk, Office

FIELDS = ("fullName", "identityNumber", "phone", "address")


async def test_a_known_procedure_is_filed_within_twenty_seconds_of_strokes(clerk: Clerk) -> None:
    await clerk.to_submit()
    await clerk.press("Enter")
    await clerk.sees("Đã nhận hồ sơ")
    await clerk.page.locator(".preview img").wait_for()
    by_hand = clerk.counted
    [dossier] = await clerk.until_filed(1)
    told = {"keys": by_hand.keys, "scans": by_hand.scans, "steps": by_hand.steps, "seconds": round(by_hand.seconds, 1),
            "seconds_with_thinking": round(by_hand.with_thinking, 1), "model": "0.2 s a key, 1 s a scan, 1.35 s a step to think"}
    (ROOT / "out").mkdir(exist_ok=True)
    (ROOT / "out" / "counter-strokes.json").write_text(json.dumps(told, indent=1))
    print(told)

    assert by_hand.seconds <= 20
    assert (dossier.applicant.full_name, dossier.applicant.identity_number, dossier.applicant.phone) == (
        "Nguyễn Thị Ánh Tuyết", "096185001234", "0912345678")
    assert (dossier.fee_vnd, dossier.postage_vnd, dossier.weight_grams, dossier.seal_number) == (500_000, 25_000, 120, "NP0123")
    assert (dossier.authority_code, dossier.procedure_code) == ("TINH-96", "1.014092")
    assert sum(paper.originals for paper in dossier.papers) == 6
    shown = await clerk.page.inner_text(".huge")
    assert re.sub(r"\s", "", shown) == dossier.parcel_code


async def test_typed_by_hand_a_filing_still_needs_no_mouse(clerk: Clerk) -> None:
    await clerk.to_authority(card="")
    await clerk.type("ha noi")
    await clerk.press("Enter")
    await clerk.sees("Trung tâm Phục vụ hành chính công Thành phố Hà Nội")
    await clerk.count_papers()
    for name, text in (("fullName", "Đặng Hữu Nghĩa"), ("identityNumber", "096090004321"), ("phone", "0987 654 321"),
                       ("address", "Ấp Rạch Tàu, xã Đất Mũi, tỉnh Cà Mau"), ("postage", "30.000"), ("weight", "1,2 kg"),
                       ("seal", "A1")):
        await clerk.at(name)
        await clerk.type(text)
        await clerk.press("Enter")
    await clerk.press("Enter")
    [dossier] = await clerk.until_filed(1)

    assert (dossier.authority_code, dossier.weight_grams, dossier.applicant.phone) == ("TINH-01", 1200, "0987654321")


async def test_four_presses_of_enter_are_one_filing_and_do_not_skip_its_label(clerk: Clerk) -> None:
    await clerk.to_submit()
    await clerk.press("Enter", "Enter", "Enter", "Enter")
    await clerk.page.locator(".preview img").wait_for()

    assert await clerk.page.locator(".huge").count() == 1
    await clerk.until_filed(1)
    await clerk.look()
    await clerk.press("Enter")
    await clerk.at("procedure")
    assert await clerk.value("procedure") == ""
    assert len(await clerk.until_filed(1)) == 1


async def test_a_lost_answer_is_asked_for_again_and_is_one_filing(clerk: Clerk) -> None:
    lost = []

    async def lose(route: Route) -> None:
        if not lost:
            lost.append(await route.fetch())
            await route.abort()
        else:
            await route.continue_()

    await clerk.page.route("**/*IntakeService/FileDossier", lose)
    await clerk.to_submit()
    await clerk.press("Enter")
    await clerk.sees("Chưa có trả lời")
    await clerk.press("F8")
    await clerk.sees("Mọi hồ sơ đã được gửi")  # it went again by itself
    [dossier] = await clerk.until_filed(1)

    assert lost
    assert dossier.seal_number == "NP0123"


async def test_no_key_loses_what_was_typed(clerk: Clerk, browser: Browser) -> None:
    await clerk.to_authority()
    await clerk.count_papers()
    await clerk.at("phone")
    await clerk.type("09123")
    for loss in ("reload", "Escape", "back", "F4", "close"):
        if loss == "reload":
            await clerk.page.reload()
        elif loss == "back":
            await clerk.page.evaluate("location.hash = '#/closing'")
            await clerk.page.wait_for_selector(".view.closing")
            await clerk.page.go_back()
        elif loss == "close":
            await clerk.page.close()
            clerk.page = await clerk.context.new_page()
            await clerk.page.goto(clerk.base)
            await clerk.page.locator("#token").wait_for()  # another tab asks who works here
            await _log_in(clerk)
        else:
            await clerk.press(loss)
            if loss == "F4":
                await clerk.page.wait_for_selector(".view.today")
                await clerk.press("F2")
        await clerk.page.wait_for_selector(".view.file [data-field=phone]", state="attached")
        assert await clerk.value("phone") == "09123", loss
        assert await clerk.value("fullName") == "Nguyễn Thị Ánh Tuyết", loss
    await clerk.press("F2")  # the next citizen: the draft is put aside, not away
    await clerk.page.wait_for_function("() => document.querySelector('[data-field=phone]')?.value === ''")
    await clerk.press("F8")
    await clerk.sees("Nguyễn Thị Ánh Tuyết")
    await clerk.tab_to("Làm tiếp")
    await clerk.press("Enter")
    await clerk.page.wait_for_function("() => document.querySelector('[data-field=phone]')?.value === '09123'")


async def _log_in(clerk: Clerk) -> None:
    await clerk.page.keyboard.insert_text(clerk.doors._mint(clerk.person))
    await clerk.press("Enter")


async def test_a_scan_lands_in_its_field_whatever_has_the_focus(clerk: Clerk) -> None:
    await clerk.to_submit()
    cards = cycle(((OTHER_CARD, "Đặng Hữu Nghĩa"), (CARD, "Nguyễn Thị Ánh Tuyết")))
    for name in ("procedure", "place", "papers[0].originals", *FIELDS, "postage", "weight", "seal", "label"):
        step = clerk.page.locator(".step", has=clerk.page.locator(f'[data-field="{name}"]'))
        await step.locator("h2 button").focus()
        await clerk.press("Enter")
        await clerk.page.locator(f'[data-field="{name}"]').focus()
        before = await clerk.value(name)
        card, holder = next(cards)
        await clerk.scan(card)
        await clerk.page.wait_for_function("(name) => document.querySelector('[data-field=fullName]').value === name", arg=holder)
        if name not in FIELDS:
            assert await clerk.value(name) == before, name
    await clerk.page.locator("#submit").focus()
    await clerk.scan("RH000000473VN")
    await clerk.page.wait_for_function("() => document.querySelector('[data-field=label]').value === 'RH000000473VN'")

    assert [await clerk.value(name) for name in ("phone", "postage", "weight", "seal")] == ["0912345678", "25k", "120", "NP0123"]
    assert await clerk.page.locator(".authority").count() == 1


async def test_a_key_draws_nothing_anew_that_says_what_it_said(clerk: Clerk) -> None:
    await clerk.to_submit()
    await clerk.page.locator(".step", has=clerk.page.locator("[data-field=weight]")).locator("h2 button").focus()
    await clerk.press("Enter")
    await clerk.page.locator("[data-field=weight]").focus()
    await clerk.press("End")
    await clerk.page.evaluate("""() => {
        globalThis.drawn = [];
        const noted = (changes) => drawn.push(...changes.map(({ target }) => target.closest("[class]")?.className));
        new MutationObserver(noted).observe(document.querySelector(".view"), { childList: true, subtree: true });
    }""")
    await clerk.type("0")
    await clerk.press("Backspace", "0")
    await clerk.page.wait_for_function("() => document.querySelector('[data-field=weight]').value === '1200'")
    of_keys = await clerk.page.evaluate("drawn")
    await clerk.page.locator(".step", has=clerk.page.locator("[data-field=postage]")).locator("h2 button").focus()
    await clerk.press("Enter")
    await clerk.page.wait_for_function("() => globalThis.drawn.length > 0")  # what is said of the step that was left

    assert set(of_keys) <= {"hint kept"}  # the minute may turn meanwhile


async def test_errors_stand_at_the_field_and_in_a_summary_that_leads_there(clerk: Clerk) -> None:
    await clerk.to_submit(phone="0912345678", weight="120")
    await clerk.page.locator('.step[data-step="envelope"] [data-field=weight]').focus()
    await clerk.page.keyboard.press("Control+A")
    await clerk.type("99999")
    await clerk.page.locator("#submit").focus()
    await clerk.press("Enter")
    await clerk.sees("Cần sửa trước khi nhận")
    await clerk.press("Enter")  # the first link of the summary
    await clerk.at("weight")

    assert await clerk.page.get_attribute("[data-field=weight]", "aria-invalid") == "true"
    assert "30.000 gam" in await clerk.page.inner_text("#f-weight-error")
    await clerk.page.keyboard.press("Control+A")
    await clerk.type("99")
    assert await clerk.page.locator(".summary").is_hidden()
    assert await clerk.dossiers() == []


async def test_a_place_that_was_split_is_chosen_by_key(clerk: Clerk) -> None:
    await clerk.to_authority(words="1.004873", card="")
    await clerk.type("xa Tan Thanh, Thoi Lai, Can Tho")
    await clerk.press("Enter")
    await clerk.sees("Nơi này đã được chia")
    await clerk.page.wait_for_function("() => document.activeElement.className === 'choice'")
    await clerk.press("Enter")
    await clerk.page.locator(".step.done[data-step=authority]").wait_for()


async def test_what_may_not_go_by_post_is_said_at_once(clerk: Clerk) -> None:
    await clerk.at("procedure")
    await clerk.type("dang ky ket hon")
    await clerk.page.get_by_role("option").first.wait_for()
    await clerk.press("Enter")
    await clerk.sees("Người nộp phải đến gặp cơ quan")

    assert await clerk.page.get_attribute("[data-field=procedure]", "aria-invalid") == "true"
    assert await clerk.page.get_attribute(".step.current", "data-step") == "procedure"


async def test_two_windows_of_a_clerk_have_drafts_of_their_own(clerk: Clerk, browser: Browser, counter_office: Office) -> None:
    await clerk.at("procedure")
    await clerk.type("khai sinh")
    other = await clerk.context.new_page()
    await other.goto(f"{clerk.base}#token={clerk.doors._mint(clerk.person)}")
    await other.wait_for_selector("[data-field=procedure]")
    await other.keyboard.type("chung thuc")
    await clerk.type(" lai")

    assert await clerk.value("procedure") == "khai sinh lai"
    assert await other.eval_on_selector("[data-field=procedure]", "input => input.value") == "chung thuc"


async def test_a_session_that_ends_under_the_hands_loses_nothing(clerk: Clerk) -> None:
    async def ended(route: Route) -> None:
        await route.fulfill(status=401, json={"code": "unauthenticated", "reason": "TOKEN_EXPIRED", "message": "log in again"})
        await clerk.page.unroute("**/*IntakeService/FileDossier")

    await clerk.page.route("**/*IntakeService/FileDossier", ended)
    await clerk.to_submit()
    await clerk.press("Enter")
    await clerk.sees("Ca làm việc đã hết")
    await _log_in(clerk)
    await clerk.page.wait_for_selector("[data-field=procedure]")
    [dossier] = await clerk.until_filed(1)

    assert dossier.seal_number == "NP0123"


async def test_another_persons_filings_are_told_but_neither_shown_nor_sent(clerk: Clerk) -> None:
    await clerk.page.route("**/*IntakeService/FileDossier*", lambda route: route.abort())
    await clerk.to_submit()
    await clerk.press("Enter")
    await clerk.sees("Chưa có trả lời")
    other = replace(clerk.person, name="gdv-khac")
    await clerk.page.evaluate("() => sessionStorage.clear()")
    await clerk.page.unroute("**/*IntakeService/FileDossier*")
    await clerk.page.reload()
    await clerk.page.locator("#token").wait_for()
    await clerk.page.keyboard.insert_text(clerk.doors._mint(other))
    await clerk.press("Enter")
    await clerk.page.wait_for_selector("[data-field=procedure]")
    await clerk.press("F8")
    await clerk.sees("1 hồ sơ của người khác trên máy này còn chờ")

    assert "Nguyễn Thị Ánh Tuyết" not in await clerk.page.inner_text("body")
    assert await clerk.dossiers() == []


async def test_a_supervisor_looks_on_and_closes_the_day(browser: Browser, counter_office: Office) -> None:
    async with counter_office.clerk(browser, person=replace(WHO, role="SUPERVISOR", name="truong-ca")) as supervisor:
        await supervisor.press("F2")
        await supervisor.page.wait_for_selector(".view.today")
        assert await supervisor.page.locator("nav a").count() == 2
        await supervisor.press("F10")
        await supervisor.page.wait_for_function("() => document.activeElement.id === 'counted-fee'")


async def test_a_paper_that_the_list_does_not_name_is_added_by_keys(clerk: Clerk) -> None:
    await clerk.to_authority()
    await clerk.press("Enter")
    await clerk.at("papers[0].originals")
    await clerk.tab_to("Thêm giấy tờ khác")
    await clerk.press("Enter")
    for text in ("Ảnh 4x6", "", "3"):
        await clerk.type(text)
        await clerk.press("Enter")
    for name, text in (("phone", "0912345678"), ("postage", "25k"), ("weight", "120"), ("seal", "A1")):
        await clerk.at(name)
        await clerk.type(text)
        await clerk.press("Enter")
    await clerk.press("Enter")
    [dossier] = await clerk.until_filed(1)

    assert [(each.originals, each.copies) for each in dossier.papers if each.name == "Ảnh 4x6"] == [(0, 3)]
