"""Who the demo and the journey tests carry papers for: two invented citizens of Cà Mau, two real procedures."""

from dataclasses import dataclass

from postal.intake.v1 import dossier_pb2 as dossiers

APPLICANT = dossiers.Applicant(
    full_name="Nguyễn Thị Ánh Tuyết", identity_number="096185001234", phone="0912345678",
    address="Ấp Cái Đôi, xã Đất Mũi, tỉnh Cà Mau",
)
HA_NOI, PROCEDURE = "01", "1.014092"
PAPERS = (
    dossiers.Paper(name="Đơn đề nghị cấp Chứng chỉ hành nghề dược", originals=1, copies=0),
    dossiers.Paper(name="Giấy xác nhận thời gian thực hành", originals=1, copies=0),
    dossiers.Paper(name="Văn bằng chuyên môn", originals=0, copies=2),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What one citizen wants of which authority."""

    procedure: str
    unit_code: str
    place: str
    authority: str  # the one the system must name
    code_prefix: str  # of the authority's own dossier codes (mã số hồ sơ)
    applicant: dossiers.Applicant
    papers: tuple[dossiers.Paper, ...]
    missing: dossiers.Paper
    result: str


PHARMACIST = Case(  # decided by a province authority, may go by post
    procedure=PROCEDURE, unit_code=HA_NOI, place="", authority="TINH-01", code_prefix="H26.1", applicant=APPLICANT,
    papers=PAPERS, result="Chứng chỉ hành nghề dược",
    missing=dossiers.Paper(name="Giấy chứng nhận đủ sức khỏe để hành nghề dược", originals=1, copies=0))
BRIDEGROOM = Case(  # decided by a commune, whose place is named by its unit of before 2025-07-01
    procedure="1.004873", unit_code="", place="phường Hưng Định, Thuận An, Bình Dương", authority="XA-25978",
    code_prefix="H29.134", result="Giấy xác nhận tình trạng hôn nhân",
    applicant=dossiers.Applicant(full_name="Đặng Hữu Nghĩa", identity_number="096090004321", phone="0987654321",
                                 address="Ấp Rạch Tàu, xã Đất Mũi, tỉnh Cà Mau"),
    papers=(dossiers.Paper(name="Tờ khai cấp Giấy xác nhận tình trạng hôn nhân", originals=1, copies=0),),
    missing=dossiers.Paper(name="Bản án hoặc quyết định ly hôn", originals=0, copies=1))
