"""Labels and receipts with long Vietnamese words, and every way they are printed."""

from dataclasses import replace
from datetime import datetime

from services.intake.forms.words import ReceiptContent
from services.intake.labels.label import LabelContent
from services.intake.labels.layout import DOTS_PER_MM, MEDIA

URL, S10 = "HTTPS://T.EXAMPLE.VN/T/0123456789ABC", "RH123456785VN"
SIGNED = "DP1" + "0123456789ABCDEFGHJKMNPQRSTVWXYZ" * 4 + "Z7Y6X5W4"  # as long as a signed code is
LABEL = LabelContent(
    tracking_url=URL, tracking_code="0123456789ABC", parcel_code=S10, sender_name="Nguyễn Thị Ánh Tuyết",
    sender_address="Ấp Cái Đôi, xã Đất Mũi, tỉnh Cà Mau", sender_phone="*******678",
    receiver_name="Trung tâm Phục vụ hành chính công Phường Thuận An, Thành phố Hồ Chí Minh",
    receiver_address="Phường Thuận An, Thành phố Hồ Chí Minh", receiver_phone="", office="Bưu cục Xã Đất Mũi (032248)",
    route=("Bưu cục Xã Đất Mũi", "Trung tâm khai thác Tỉnh Cà Mau"), service="BOTH", weight_grams=180, papers_count=4,
    seal_number="CM-000871", filed="24/11/2026 08:30", signed=SIGNED)
COPY = replace(LABEL, copy=True, label_version=2)
HOSTILE = replace(LABEL, sender_name="^XA^FDx^FS^XZ ~JA ~HS", sender_address="\x1b@\x1dV\x00 _5E \\5E", office="~DG^IDR:*.*",
                  receiver_name="</text><script>alert(1)</script>")
RECEIPT = ReceiptContent(
    office="Bưu cục Xã Đất Mũi (032248)", full_name="Nguyễn Thị Ánh Tuyết", address="Ấp Cái Đôi, xã Đất Mũi, tỉnh Cà Mau",
    phone="0912345678", identity_number="*********234", procedure="1.004616 – Cấp Chứng chỉ hành nghề dược",
    authority="Trung tâm Phục vụ hành chính công Tỉnh Cà Mau, Sở Y tế",
    papers=(("Đơn đề nghị cấp Chứng chỉ hành nghề dược có dán ảnh chân dung", 1, 0), ("Bản sao văn bằng chuyên môn", 0, 1),
            ("Giấy chứng nhận đủ sức khỏe", 1, 0), ("Giấy xác nhận thời gian thực hành", 1, 2)) * 2,
    fee_vnd=500_000, postage_vnd=31_500, tracking_code="0123456789ABC", tracking_url=URL.lower(), parcel_code=S10, dossier_code="",
    transit_due="2026-11-27", due="2026-12-24", filed=datetime(2026, 11, 24, 8, 30), service="BOTH")  # noqa: DTZ001  local, for people
WAYS = [(medium, dpi) for medium in MEDIA for dpi in DOTS_PER_MM]
