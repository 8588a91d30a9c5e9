"""The counter's day: a second dossier asked about, the list, a label again, a mistake taken back, the drawer counted, sheets."""

import csv
import io
import uuid
import zipfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser
from postal.intake.v1 import dossier_pb2 as dossiers
from postal.intake.v1 import intake_service_pb2 as intake

from services.foundation.localservers.process import free_port
from tests.browser.clerk import WHO, Clerk, office
from tests.builders import a_filing

HEAD = "Mã thủ tục;Nơi giải quyết;Họ tên;CCCD;SĐT;Địa chỉ;Giấy tờ;Cước;Trọng lượng (g);Niêm phong"
GOOD = "1.014092;Hà Nội;{name};{number};0912345678;Ấp 1, xã Đất Mũi, tỉnh Cà Mau;Đơn đề nghị: 1 chính;25.000;120;{seal}"


async def _filed(clerk: Clerk, **changes: Any) -> dossiers.Dossier:
    return (await clerk.doors.call("FileDossier", a_filing(**changes), WHO)).dossier  # type: ignore[no-any-return]


async def _until_listed(clerk: Clerk, count: int) -> None:
    await clerk.until_filed(count)
    await clerk.press("F4")
    await clerk.page.wait_for_function("count => document.querySelectorAll('.list a.row').length === count", arg=count)


async def test_the_same_person_and_procedure_are_asked_about_before_a_second_filing(clerk: Clerk) -> None:
    first = await _filed(clerk, applicant=dossiers.Applicant(
        full_name="Nguyễn Thị Ánh Tuyết", identity_number="096185001234", phone="0912345678", address="Ấp Cái Đôi"))
    await clerk.to_submit()
    await clerk.press("Enter", "Enter", "Enter")
    await clerk.sees("đang có một hồ sơ cùng thủ tục chưa xong")
    shown = await clerk.page.inner_text(".summary")
    assert first.parcel_code in shown.replace(" ", "")
    assert len(await clerk.dossiers()) == 1
    await clerk.tab_to("Nộp thêm một hồ sơ nữa")
    await clerk.look()
    await clerk.press("Enter")
    await clerk.sees("Đã nhận hồ sơ")

    await clerk.until_filed(2)


async def test_the_days_list_is_walked_by_keys_and_a_label_is_printed_again_as_a_new_version(clerk: Clerk) -> None:
    await _filed(clerk, seal_number="A")
    chosen = await _filed(clerk, seal_number="B")
    await _until_listed(clerk, 2)
    await clerk.type(chosen.parcel_code[2:11])
    await clerk.page.wait_for_function("() => document.querySelectorAll('.list a.row').length === 1")
    await clerk.press("ArrowDown", "Enter")
    await clerk.sees("Nguyễn Thị Ánh Tuyết")
    await clerk.press("Enter")  # the first button: print again
    await clerk.sees("In lại nhãn vì")
    await clerk.press("Enter")  # damaged
    await clerk.sees("Đã gửi nhãn đến máy in quay")
    await clerk.press("Escape")
    await clerk.page.wait_for_selector(".view.today")
    after = (await clerk.doors.call("GetDossier", intake.GetDossierRequest(filing_id=chosen.filing_id), WHO)).dossier

    assert [(each.parcel_code, each.version) for each in after.label_versions] == [(chosen.parcel_code, 2)]


async def test_a_code_of_a_known_dossier_opens_it_and_a_mistake_is_taken_back_the_same_day(clerk: Clerk) -> None:
    filed = await _filed(clerk)
    await _until_listed(clerk, 1)
    await clerk.press("F2")
    await clerk.at("procedure")
    await clerk.scan(f"HTTPS://HOSO.EXAMPLE/T/{filed.tracking_code}")
    await clerk.page.wait_for_selector(".view.dossier .buttons")
    await clerk.tab_to("Hủy vì nhầm")
    await clerk.press("Enter")
    await clerk.sees("Hủy hồ sơ này vì nhập nhầm?")
    await clerk.press("Enter")  # the harmless answer comes first
    assert (await clerk.dossiers())[0].state == dossiers.DOSSIER_STATE_REGISTERED
    await clerk.tab_to("Hủy vì nhầm")
    await clerk.press("Enter", "Tab")
    await clerk.look()
    await clerk.press("Enter")
    await clerk.sees("Đã hủy. Trả lại 530.000 ₫")

    [dossier] = await clerk.dossiers()
    assert (dossier.state, dossier.reason_code) == (dossiers.DOSSIER_STATE_WITHDRAWN, "CLERK_MISTAKE")


async def test_the_drawer_is_counted_against_the_books_and_the_day_closed_once(clerk: Clerk) -> None:
    for seal in ("A", "B"):
        await _filed(clerk, seal_number=seal)
    await clerk.until_filed(2)
    await clerk.press("F10")
    await clerk.page.wait_for_function("() => document.activeElement.id === 'counted-fee'")
    await clerk.type("1000000")
    await clerk.press("Enter")
    await clerk.type("55k")
    await clerk.sees("thiếu 5.000 ₫")
    await clerk.press("Enter")
    await clerk.page.wait_for_function("() => document.activeElement.id === 'counted-remark'")
    await clerk.type("Trả nhầm tiền thừa")
    await clerk.press("Enter")
    await clerk.look()
    await clerk.press("Enter")
    await clerk.sees("Đã chốt lúc")
    day = (await clerk.doors.call("GetDay", intake.GetDayRequest(), WHO)).day

    closing = day.closing
    assert (closing.totals.cash_vnd, closing.difference_vnd, closing.remark) == (1_060_000, -5_000, "Trả nhầm tiền thừa")
    assert await clerk.page.locator("#counted-fee").count() == 0


async def _sheet(clerk: Clerk, name: str, content: bytes) -> None:
    await clerk.press("F9")
    await clerk.page.wait_for_selector("#sheet")
    await clerk.page.set_input_files("#sheet", {"name": name, "mimeType": "", "buffer": content})


async def test_a_sheets_good_rows_are_filed_and_its_bad_rows_told_by_number_column_and_what_to_do(
        clerk: Clerk, tmp_path: Path) -> None:
    people = (("Trần Văn A", "096085001231"), ("Lê Thị B", "12"), ("Trần Văn A", "096085001231"), ("Vũ Văn C", "96085001233"))
    rows = [GOOD.format(name=name, number=number, seal=f"S{at}") for at, (name, number) in enumerate(people)]
    await _sheet(clerk, "hồ sơ.csv", ("\ufeff" + "\r\n".join([HEAD, *rows])).encode())
    await clerk.sees("3 dòng đúng, 1 dòng cần sửa")
    await clerk.page.wait_for_function("() => document.activeElement.textContent === 'Nhận 3 hồ sơ'")
    await clerk.press("Enter")
    await clerk.sees("Đã nhận 2. Bị từ chối 1. Chờ gửi 0.")
    table = await clerk.page.locator("tbody tr").all_inner_texts()
    async with clerk.page.expect_download() as waiting:
        await clerk.tab_to("Tải các dòng cần sửa")
        await clerk.press("Enter")
    saved = tmp_path / "bad.csv"
    await (await waiting.value).save_as(saved)
    told = list(csv.reader(io.StringIO(saved.read_text(encoding="utf-8-sig"))))
    filed = await clerk.until_filed(2)

    assert [line.split("\t")[:2] for line in table] == [["3", "Số định danh"], ["4", "Nộp thêm dù trùng"]]
    assert "Quét lại thẻ" in table[0]
    assert [row[-2] for row in told] == ["Dòng", "3", "4"]
    assert told[1][3] == "12"
    assert {dossier.applicant.identity_number for dossier in filed} == {"096085001231", "096085001233"}  # the lost zero is back
    await _sheet(clerk, "hồ sơ.csv", ("\ufeff" + "\r\n".join([HEAD, *rows])).encode())  # the same file again
    await clerk.sees("3 dòng đúng, 1 dòng cần sửa")
    await clerk.press("Enter")
    await clerk.sees("Đã nhận 2.")
    await clerk.until_filed(2)


async def test_the_template_filled_in_by_another_program_is_taken_in(clerk: Clerk, tmp_path: Path) -> None:
    await clerk.press("F9")
    async with clerk.page.expect_download() as waiting:
        await clerk.tab_to("Tải mẫu XLSX")
        await clerk.press("Enter")
    template, filled = tmp_path / "mau.xlsx", tmp_path / "filled.xlsx"
    await (await waiting.value).save_as(template)
    number = f"0960850{uuid.uuid4().int % 100_000:05d}"
    with zipfile.ZipFile(template) as source, zipfile.ZipFile(filled, "w", zipfile.ZIP_DEFLATED) as target:
        assert source.testzip() is None
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, text.replace("096185001234", number).replace("NP-000123", "X9") if "sheet1" in name else text)
    await _sheet(clerk, "filled.xlsx", filled.read_bytes())
    await clerk.sees("1 dòng đúng, 0 dòng cần sửa")
    await clerk.press("Enter")
    await clerk.sees("Đã nhận 1.")
    await clerk.tab_to("In 1 nhãn")
    await clerk.press("Enter")
    await clerk.sees("Đã gửi nhãn đến máy in quay")
    [dossier] = await clerk.until_filed(1)

    assert (dossier.applicant.identity_number, dossier.seal_number) == (number, "X9")
    assert [(paper.originals, paper.copies) for paper in dossier.papers] == [(1, 0), (0, 2)]


async def test_a_file_that_is_no_sheet_is_told_and_files_nothing(clerk: Clerk) -> None:
    sheets = (("x.xlsx", b"PK\x03\x04 no"), ("x.csv", b"\xff\xfe\x00"), ("y.csv", b""), ("z.csv", "Họ tên\nA".encode()))
    for name, content in sheets:
        await _sheet(clerk, name, content)
        await clerk.page.locator(".note .state.trouble").wait_for()
    assert "Thiếu cột" in await clerk.page.inner_text(".note .state.trouble")
    assert await clerk.dossiers() == []


async def test_a_printer_that_is_away_is_told_and_the_dossier_is_taken_in_all_the_same(
        browser: Browser, built_pages: Path, tmp_path: Path) -> None:
    away = f"quay=tcp://127.0.0.1:{free_port()}?language=zpl"
    async with office(tmp_path, built_pages, printers=away) as opened, opened.clerk(browser) as clerk:
        await clerk.to_submit()
        await clerk.press("Enter")
        await clerk.sees("Chưa in được: Máy in không trả lời")
        await clerk.page.locator(".preview img").wait_for()
        await clerk.until_filed(1)
