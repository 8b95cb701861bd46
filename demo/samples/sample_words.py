"""The words of the three sample questionnaires, invented for this project: no wording of the committee's is public.

Each written wording fits one GSM-7 text together with its number and its options, consent after the greeting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """A scored question: what is rated, spoken (vi), in English, and written without diacritics (vi and en)."""

    name: str
    section: str
    vi: str
    en: str
    sms: str
    sms_en: str
    relevant: str = ""

    def row(self) -> Row:
        """Its row on the survey sheet."""
        spoken = f"Ông bà hài lòng thế nào về {self.vi}?"
        english = f"How satisfied are you with {self.en}?"
        words = (spoken, english, f"Ong/ba hai long the nao ve {self.sms}?", f"How satisfied: {self.sms_en}?")
        return ("select_one level", self.name, *words, self.section, "yes", self.relevant, "", "", "")


@dataclass(frozen=True, slots=True)
class Filter:
    """A yes or no question without points that decides whether the next one is asked."""

    name: str
    section: str
    vi: str
    en: str
    sms: str
    sms_en: str

    def row(self) -> Row:
        """Its row on the survey sheet."""
        return ("select_one had", self.name, self.vi, self.en, self.sms, self.sms_en, self.section, "", "", "", "", "")


CONSENT: Row = (
    "select_one agree",
    "consent",
    "Liên minh Hợp tác xã khảo sát MẪU về sự hài lòng. Câu trả lời được giữ kín. Ông bà có đồng ý không?",
    "SAMPLE survey of the Cooperative Alliance on satisfaction. It is confidential. Do you agree to answer?",
    "Khao sat MAU, giu kin. Dong y?",
    "SAMPLE, private. Agree?",
    *("",) * 6,
)
NOTE: Row = (
    "note",
    "gioi_thieu",
    "Các câu hỏi nói về sự quan tâm của cấp ủy và chính quyền trong năm qua.",
    "The questions are about the attention of party committees and authorities in the past year.",
    "Cac cau hoi noi ve nam qua.",
    "The questions are about the past year.",
    *("",) * 6,
)
MEETINGS: Row = (
    "integer",
    "so_lan_gap",
    "Năm qua lãnh đạo địa phương đã đến làm việc với đơn vị mấy lần? Bấm số lần, không lần nào thì bấm 0.",
    "How many times did local leaders visit you last year? Key in the number, 0 for none.",
    "Nam qua lanh dao dia phuong den lam viec voi don vi may lan? Tra loi bang so, vd 0 hoac 3",
    "How many times did local leaders visit you last year? Answer with a number, e.g. 0 or 3",
    "lanh_dao",
    "",
    "",
    ". >= 0 and . <= 99",
    "Xin cho một số từ 0 đến 99.",
    "A number from 0 to 99, please.",
)
COMMON: Sequence[Rated] = (
    Rated("cap_uy_tinh", "lanh_dao", "sự quan tâm của cấp ủy tỉnh", "the attention of the provincial party committee",
          "su quan tam cua cap uy tinh", "attention of the provincial party committee"),
    Rated("chinh_quyen_tinh", "lanh_dao", "sự quan tâm của chính quyền tỉnh",
          "the attention of the provincial authorities",
          "su quan tam cua chinh quyen tinh", "attention of the provincial authorities"),
    Rated("cap_uy_xa", "lanh_dao", "sự quan tâm của cấp ủy xã", "the attention of the commune party committee",
          "su quan tam cua cap uy xa", "attention of the commune party committee"),
    Rated("chinh_quyen_xa", "lanh_dao", "sự quan tâm của chính quyền xã", "the attention of the commune authorities",
          "su quan tam cua chinh quyen xa", "attention of the commune authorities"),
    Rated("lang_nghe", "lanh_dao", "việc lãnh đạo gặp gỡ và lắng nghe đơn vị", "how leaders meet and listen to you",
          "viec lanh dao gap go, lang nghe", "leaders meeting and listening"),
    Rated("pho_bien", "chinh_sach", "việc phổ biến luật và chính sách mới", "how new laws and policies are explained",
          "viec pho bien luat, chinh sach moi", "explaining new laws and policies"),
    Rated("ho_tro", "chinh_sach", "việc thực hiện các chính sách hỗ trợ", "how support policies are carried out",
          "viec thuc hien chinh sach ho tro", "carrying out support policies"),
    Rated("thu_tuc", "thu_tuc", "việc giải quyết thủ tục hành chính", "the handling of administrative procedures",
          "viec giai quyet thu tuc hanh chinh", "handling of procedures"),
    Rated("thai_do", "thu_tuc", "thái độ phục vụ của cán bộ", "the attitude of officials",
          "thai do phuc vu cua can bo", "attitude of officials"),
    Rated("kien_nghi", "thu_tuc", "việc trả lời kiến nghị của đơn vị", "the answers to your petitions",
          "viec tra loi kien nghi cua don vi", "answers to your petitions"),
    Rated("lien_minh", "lien_minh", "sự tư vấn của Liên minh Hợp tác xã tỉnh",
          "the advice of the provincial alliance",
          "su tu van cua Lien minh HTX tinh", "advice of the provincial alliance"),
    Rated("dao_tao", "lien_minh", "các lớp đào tạo, bồi dưỡng cán bộ", "the training courses for managers",
          "cac lop dao tao, boi duong can bo", "training courses for managers"),
)  # fmt: skip
LOAN = (
    Filter("vay_von", "nguon_luc", "Năm qua đơn vị có vay vốn ưu đãi không?",
           "Did you take a preferential loan last year?",
           "Nam qua don vi co vay von uu dai khong?", "Did you take a preferential loan last year?"),
    Rated("von", "nguon_luc", "việc vay vốn ưu đãi", "the way you got the preferential loan",
          "viec vay von uu dai", "getting the preferential loan", "${vay_von} = 'co'"),
)  # fmt: skip
FARM = (
    Rated("dat_dai", "nguon_luc", "việc giải quyết đất đai cho hợp tác xã", "the handling of land for cooperatives",
          "viec giai quyet dat dai cho HTX", "handling of land"),
    Rated("thuy_loi", "nguon_luc", "thủy lợi và đường nội đồng", "irrigation and field roads",
          "thuy loi va duong noi dong", "irrigation and field roads"),
    Rated("tieu_thu", "nguon_luc", "việc giúp tiêu thụ nông sản", "the help in selling farm produce",
          "viec giup tieu thu nong san", "help in selling produce"),
    Rated("ky_thuat", "nguon_luc", "việc chuyển giao kỹ thuật mới", "the transfer of new techniques",
          "viec chuyen giao ky thuat moi", "transfer of new techniques"),
    *LOAN,
    Filter("thien_tai", "nguon_luc", "Năm qua hợp tác xã có bị thiên tai, dịch bệnh không?",
           "Did the cooperative suffer a disaster or an epidemic last year?",
           "Nam qua HTX co bi thien tai, dich benh khong?", "Did you suffer a disaster last year?"),
    Rated("khac_phuc", "nguon_luc", "việc giúp khắc phục thiên tai, dịch bệnh", "the help after the disaster",
          "viec giup khac phuc thien tai", "help after the disaster", "${thien_tai} = 'co'"),
)  # fmt: skip
TRADE = (
    Rated("mat_bang", "nguon_luc", "việc bố trí mặt bằng sản xuất", "the provision of business premises",
          "viec bo tri mat bang san xuat", "provision of premises"),
    Rated("thi_truong", "nguon_luc", "việc giúp tìm thị trường", "the help in finding markets",
          "viec giup tim thi truong", "help in finding markets"),
    Rated("so_hoa", "nguon_luc", "việc hỗ trợ chuyển đổi số", "the support for digital change",
          "viec ho tro chuyen doi so", "support for digital change"),
    *LOAN,
    Filter("kiem_tra", "nguon_luc", "Năm qua đơn vị có bị thanh tra, kiểm tra không?",
           "Were you inspected last year?",
           "Nam qua don vi co bi thanh tra, kiem tra khong?", "Were you inspected last year?"),
    Rated("cach_kiem_tra", "nguon_luc", "cách làm của đoàn kiểm tra", "the way the inspection was done",
          "cach lam cua doan kiem tra", "the way of the inspection", "${kiem_tra} = 'co'"),
)  # fmt: skip
FUND = (
    Rated("quan_ly", "nguon_luc", "sự phối hợp của chính quyền với quỹ", "the cooperation of authorities with the fund",
          "su phoi hop cua chinh quyen voi quy", "authorities working with the fund"),
    Rated("an_ninh", "nguon_luc", "việc bảo vệ an ninh cho quỹ", "the security given to the fund",
          "viec bao ve an ninh cho quy", "security given to the fund"),
    Filter("no_xau", "nguon_luc", "Năm qua quỹ có nhờ chính quyền giúp thu hồi nợ không?",
           "Did the fund ask the authorities to help collect debts last year?",
           "Nam qua quy co nho chinh quyen giup thu hoi no khong?", "Did you ask for help to collect debts?"),
    Rated("thu_hoi_no", "nguon_luc", "việc giúp quỹ thu hồi nợ", "the help in collecting debts",
          "viec giup quy thu hoi no", "help in collecting debts", "${no_xau} = 'co'"),
    Filter("tham_dinh", "nguon_luc", "Năm qua quỹ có xin xác nhận tài sản bảo đảm không?",
           "Did the fund ask for certification of collateral last year?",
           "Nam qua quy co xin xac nhan tai san bao dam khong?", "Did you ask for certified collateral?"),
    Rated("xac_nhan", "nguon_luc", "việc xác nhận tài sản bảo đảm", "the certification of collateral",
          "viec xac nhan tai san bao dam", "certification of collateral", "${tham_dinh} = 'co'"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleForm:
    """One sample questionnaire: the common questions and those of its kind."""

    code: str
    title_vi: str
    title_en: str
    own: Sequence[Rated | Filter]
    version: str = "mau-1"

    def rows(self) -> Iterator[Row]:
        """The rows of the survey sheet: consent first, then one group a section, the number of visits in the first."""
        yield CONSENT
        yield NOTE
        for section in ("lanh_dao", "chinh_sach", "thu_tuc", "lien_minh", "nguon_luc"):
            yield ("begin group", section, _SECTIONS[section][0], _SECTIONS[section][1], *("",) * 8)
            yield from (q.row() for q in (*COMMON, *self.own) if q.section == section)
            if section == "lanh_dao":
                yield MEETINGS
            yield ("end group", *("",) * 11)


_SECTIONS = {
    "lanh_dao": ("Cấp ủy, chính quyền", "Party committees and authorities"),
    "chinh_sach": ("Chính sách", "Policies"),
    "thu_tuc": ("Thủ tục", "Procedures"),
    "lien_minh": ("Liên minh", "The alliance"),
    "nguon_luc": ("Nguồn lực", "Resources"),
}
FORMS = (
    SampleForm("HTX-NN", "MẪU - Khảo sát hợp tác xã nông nghiệp", "SAMPLE - Survey of farming cooperatives", FARM),
    SampleForm("HTX-PNN", "MẪU - Khảo sát hợp tác xã phi nông nghiệp", "SAMPLE - Survey of other cooperatives", TRADE),
    SampleForm("QTD", "MẪU - Khảo sát quỹ tín dụng nhân dân", "SAMPLE - Survey of people's credit funds", FUND),
)
