"""The words of the sample monthly report, invented: it asks what an organisation did last month, with every type of
question a phone can carry. The form that offices really use is not public.
"""

from __future__ import annotations

from collections.abc import Sequence

VI, EN = "Tiếng Việt (vi)", "English (en)"
SURVEY = (
    "type", "name", f"label::{VI}", f"label::{EN}", f"sms::{VI}", f"sms::{EN}", "required", "relevant", "constraint",
    f"constraint_message::{VI}", f"constraint_message::{EN}", "calculation", "section", "scored", "weight",
    f"media::audio::{VI}",
)  # fmt: skip
CHOICES = ("list_name", "name", f"label::{VI}", f"label::{EN}", "sms", "sms_en", "points", "key", "no_opinion")
SETTINGS = (
    ("form_title", f"heading::{EN}", "form_id", "version", "default_language", "sample"),
    ("MẪU - Báo cáo hằng tháng của hợp tác xã", "SAMPLE - Monthly report of a cooperative", "BC-THANG", "mau-1", VI,
     "yes"),
)  # fmt: skip
LISTS: Sequence[Sequence[str]] = (
    ("agree", "yes", "Đồng ý", "I agree", "Co", "I do", "", "1", ""),
    ("agree", "no", "Không đồng ý", "I do not agree", "Khong", "I do not", "", "2", ""),
    ("had", "co", "Có", "Yes", "Co", "It is so", "", "1", ""),
    ("had", "khong", "Không", "No", "Khong", "It is not", "", "2", ""),
    ("trouble", "von", "Thiếu vốn", "Too little capital", "Thieu von", "Capital", "", "1", ""),
    ("trouble", "dau_ra", "Khó bán hàng", "Hard to sell", "Kho ban hang", "Selling", "", "2", ""),
    ("trouble", "lao_dong", "Thiếu người làm", "Too few workers", "Thieu nguoi lam", "Workers", "", "3", ""),
    ("trouble", "thien_tai", "Thiên tai, dịch bệnh", "Disasters", "Thien tai", "Disasters", "", "4", ""),
    ("trouble", "khong", "Không khó khăn gì", "None of these", "Khong kho khan", "None", "", "9", "yes"),
    ("level", "rat_hai_long", "Rất hài lòng", "Very satisfied", "Rat hai long", "Very satisfied", "5", "1", ""),
    ("level", "hai_long", "Hài lòng", "Satisfied", "Hai long", "Satisfied", "3", "2", ""),
    ("level", "chua_hai_long", "Chưa hài lòng", "Not satisfied", "Chua hai long", "Not satisfied", "1", "3", ""),
    ("level", "khong_y_kien", "Không có ý kiến", "No opinion", "Khong y kien", "No opinion", "", "9", "yes"),
)


def _row(kind: str, name: str, words: Sequence[str] = ("",) * 4, **cells: str) -> tuple[str, ...]:
    """A row of the survey sheet: spoken (vi, en) and written words (vi, en), then further cells by column."""
    given = dict(zip(SURVEY, ("", "", *words), strict=False)) | {"type": kind, "name": name, **cells}
    return tuple(given.get(column, "") for column in SURVEY)


def _limit(constraint: str, vi: str, en: str) -> dict[str, str]:
    return {"constraint": constraint, f"constraint_message::{VI}": vi, f"constraint_message::{EN}": en}


WORKING = "${hoat_dong} = 'co'"
ROWS: Sequence[Sequence[str]] = (
    _row("select_one agree", "consent", (
        "Đây là báo cáo tháng MẪU của hợp tác xã. Ông bà có đồng ý trả lời không?",
        "This is the SAMPLE monthly report of your cooperative. Do you agree to answer?",
        "Bao cao thang MAU. Dong y?", "SAMPLE monthly report. Agree?"), required="yes"),
    _row("select_one had", "hoat_dong", (
        "Tháng qua hợp tác xã có hoạt động không?", "Was the cooperative at work last month?",
        "Thang qua HTX co hoat dong khong?", "Was the cooperative at work last month?"),
        required="yes", section="tinh_hinh", **{f"media::audio::{VI}": "hoat_dong.wav"}),
    _row("begin group", "so_lieu", ("Số liệu", "Figures", "", ""), relevant=WORKING),
    _row("integer", "thanh_vien", (
        "Hợp tác xã có bao nhiêu thành viên?", "How many members does the cooperative have?",
        "HTX co bao nhieu thanh vien?", "How many members?"), required="yes",
        **_limit(". >= 1 and . <= 5000", "Xin cho một số từ 1 đến 5000.", "A number from 1 to 5000, please.")),
    _row("integer", "lao_dong", (
        "Bao nhiêu người làm thường xuyên?", "How many people work there regularly?",
        "Bao nhieu nguoi lam thuong xuyen?", "How many regular workers?"), required="yes",
        **_limit(". <= 5000", "Xin cho một số đến 5000.", "A number up to 5000, please.")),
    _row("decimal", "doanh_thu", (
        "Doanh thu tháng qua là bao nhiêu triệu đồng?", "What was the turnover last month, in million dong?",
        "Doanh thu thang qua, trieu dong, vd 120,5?", "Turnover last month, million dong, e.g. 120.5?"), required="yes",
        **_limit(". < 100000", "Xin cho số triệu đồng, dưới 100000.", "In million dong, below 100000, please.")),
    _row("calculate", "moi_nguoi", calculation="if(${lao_dong} > 0, round(${doanh_thu} div ${lao_dong}, 2), '')"),
    _row("select_one had", "xac_nhan", (
        "Mỗi người làm ra trên một tỷ đồng. Con số này có đúng không?",
        "That is more than one billion dong for each worker. Is it right?",
        "Moi nguoi lam ra tren 1 ty dong. Dung khong?", "Over 1 billion dong a worker. Is that right?"),
        required="yes", relevant="${moi_nguoi} > 1000"),
    _row("date", "ngay_hop", (
        "Lần họp thành viên gần nhất là ngày nào?", "When did the members last meet?",
        "Hop thanh vien gan nhat ngay nao? Vd 05/03/2026", "Last members' meeting? E.g. 05/03/2026"),
        **_limit(". <= today() and . > date(today() - 3660)", "Xin cho một ngày đã qua, trong mười năm.",
                 "A day in the past ten years, please.")),
    _row("end group", ""),
    _row("select_multiple trouble", "kho_khan", (
        "Hợp tác xã gặp khó khăn gì?", "What is difficult for the cooperative?",
        "HTX gap kho khan gi? Vd 1 3", "What is difficult? E.g. 1 3"), required="yes", section="tinh_hinh",
        **_limit("count-selected(.) <= 3", "Xin chọn nhiều nhất ba ý.", "Three at most, please.")),
    _row("text", "mong_muon", (
        "Ông bà mong cấp trên giúp việc gì nhất?", "What help do you wish for most?",
        "Mong cap tren giup gi nhat? Nhan vai chu.", "What help do you wish for most? A few words."),
        relevant="not(selected(${kho_khan}, 'khong'))", section="tinh_hinh",
        **_limit("string-length(.) <= 200", "Xin viết ngắn hơn.", "Shorter, please.")),
    _row("select_one level", "ho_tro", (
        "Ông bà hài lòng thế nào về sự hỗ trợ tháng qua?", "How satisfied are you with the support of last month?",
        "Ong/ba hai long the nao ve su ho tro thang qua?", "How satisfied with last month's support?"),
        required="yes", section="danh_gia", scored="yes", weight="2"),
    _row("select_one level", "thu_tuc", (
        "Ông bà hài lòng thế nào về việc giải quyết thủ tục?", "How satisfied are you with the procedures?",
        "Ong/ba hai long the nao ve thu tuc?", "How satisfied with the procedures?"),
        required="yes", section="danh_gia", scored="yes"),
)  # fmt: skip
"""Consent, then what was done, then what is hard and how content they are."""
