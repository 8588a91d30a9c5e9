"""The camera as a scanner: a film before a real Chromium, whose codes are read by WebAssembly, also without a network."""

import asyncio
import io
from pathlib import Path

from PIL import Image
from playwright.async_api import expect
from postal.intake.v1 import intake_service_pb2 as intake

from services.foundation.runtime.label_keys import LabelKeys
from tests.browser.field import Device, Field
from tests.browser.video import Filming, held, seen, y4m


async def test_labels_before_the_camera_are_scans_also_offline_and_forged_ones_are_told(
        filming: Filming, work: Field, tmp_path: Path) -> None:
    [dossier] = await work.filed()
    keys = LabelKeys(work.home)
    good = keys.signed(dossier.tracking_code, dossier.parcel_code, 1, list(dossier.route)[-1])
    forged = good[:22] + ("0" if good[22] != "0" else "1") + good[23:]  # another serial number
    for name, text, outcome in (("good", good, "right"), ("forged", forged, "wrong")):
        film = y4m(tmp_path / f"{name}.y4m", [seen(text)])
        async with filming(film) as browser:
            device = await Device.open(browser, work.base, permissions=["camera"])
            await device.enrol(await work.invitation())
            await device.page.evaluate("navigator.serviceWorker.ready")
            async with asyncio.timeout(30):
                while not await device.page.evaluate(HAS_KEYS):
                    await asyncio.sleep(0.1)
            await device.context.set_offline(True)
            await device.reload()  # from what the service worker has kept, the camera's reader included
            await device.page.get_by_role("button", name="Máy ảnh").click()
            said = await device.says(outcome, dossier.parcel_code if outcome == "right" else "")
            await device.picture(f"vi-camera-{name}")
            if outcome == "right":
                assert [record["entry"]["parcels"] for record in await device.stored("queue")] == [
                    [{"parcelCode": dossier.parcel_code, "labelVersion": 1}]]
                await device.page.get_by_role("button", name="Đóng máy ảnh").click()
                await expect(device.page.locator("video")).to_have_count(0)
            else:
                assert "Chữ ký trên nhãn không đúng" in said
                assert await device.stored("queue") == []
            assert device.wrong == []


HAS_KEYS = """new Promise((resolve) => {
    const asked = indexedDB.open("dossier-post-handheld");
    asked.onsuccess = () => {
        asked.result.transaction("state").objectStore("state").get("labelKeys").onsuccess = (event) => {
            asked.result.close();
            resolve(Boolean(event.target.result?.length));
        };
    };
})"""


async def test_a_whole_label_as_it_is_printed_is_one_scan_of_its_parcel(filming: Filming, work: Field, tmp_path: Path) -> None:
    [dossier] = await work.filed()
    printed = (await work.doors.call("RenderLabel", intake.RenderLabelRequest(
        filing_id=dossier.filing_id, format=intake.LABEL_FORMAT_PNG), work.clerk)).content
    with Image.open(io.BytesIO(printed)) as label:
        film = y4m(tmp_path / "label.y4m", [held(label)])
    async with filming(film) as browser:
        device = await Device.open(browser, work.base, permissions=["camera"])
        await device.enrol(await work.invitation())
        await device.page.get_by_role("button", name="Máy ảnh").click()
        await device.until_stored("answered", 1)
        await device.picture("vi-camera-label")

        assert [record["codes"] for record in await device.stored("answered")] == [[dossier.parcel_code]]
        assert device.wrong == []


async def test_the_browser_s_own_detector_is_used_where_there_is_one(filming: Filming, work: Field, tmp_path: Path) -> None:
    [dossier] = await work.filed()
    film = y4m(tmp_path / "empty.y4m", [seen("NICHTS")])
    async with filming(film) as browser:
        device = await Device.open(browser, work.base, permissions=["camera"])
        # Desktop Chromium has no BarcodeDetector: this one stands for the one of Android.
        await device.page.add_init_script(f"""globalThis.BarcodeDetector = class {{
            static getSupportedFormats() {{ return Promise.resolve(["qr_code", "code_128"]); }}
            detect(source) {{
                if (!(source instanceof HTMLVideoElement)) throw new TypeError("a video");
                const texts = ["https://post.example/T/0000000000000", "{dossier.parcel_code}"];
                return Promise.resolve(texts.map((rawValue) => ({{ rawValue }})));
            }}
        }};""")
        await device.visit(work.base)
        await device.enrol(await work.invitation())
        loaded: list[str] = []
        device.page.on("request", lambda request: loaded.append(request.url))
        await device.page.get_by_role("button", name="Máy ảnh").click()
        await device.until_stored("answered", 1)

        assert [record["codes"] for record in await device.stored("answered")] == [[dossier.parcel_code]]
        assert not [url for url in loaded if "zxing" in url]


async def test_without_a_camera_the_page_says_so_and_goes_on(work: Field, device: Device) -> None:
    await device.page.get_by_role("button", name="Máy ảnh").click()
    await expect(device.page.locator("#screen")).to_contain_text("Không mở được máy ảnh")
    [dossier] = await work.filed()
    await device.scan(dossier.parcel_code)
    await device.says("kept", dossier.parcel_code)
