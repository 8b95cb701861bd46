"""What stands on every card beside the form's own words: code → language → template with HTML tags.

Data only; parameters come escaped. A form in another language has these words in English.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "sample": {"vi": "PHIẾU MẪU", "en": "SAMPLE"},
    "ring": {"vi": "Nháy máy tới <b>{number}</b>", "en": "Let it ring once: <b>{number}</b>"},
    "free": {
        "vi": "Chúng tôi gọi lại ngay, ông bà không mất tiền.",
        "en": "We call back at once, it costs you nothing.",
    },
    "call": {"vi": "Gọi tới <b>{number}</b>", "en": "Call <b>{number}</b>"},
    "paid": {
        "vi": "Chúng tôi nghe máy ngay, ông bà trả cước cuộc gọi.",
        "en": "We answer at once; you pay for the call.",
    },
    "code": {"vi": "Mã số của đơn vị: <b>{code}</b>", "en": "Your organisation's code: <b>{code}</b>"},
    "keys": {
        "vi": "Nghe lại: bấm phím sao *. Bấm nhầm: bấm phím 7. Gặp cán bộ: bấm phím 0.",
        "en": "To hear it again: the star key *. A wrong key: press 7. To speak to somebody: press 0.",
    },
    "texts": {
        "vi": "Nhắn tin (mất cước) cũng được: <b>C1=2 C2=1</b> (câu 1 chọn 2, câu 2 chọn 1), gửi <b>{number}</b>.",
        "en": "Or text, at your cost: <b>C1=2 C2=1</b> (question 1 choice 2, question 2 choice 1) to <b>{number}</b>.",
    },
    "ask": {
        "vi": "Hỏi cán bộ <b>{officer}</b>, điện thoại <b>{number}</b>.",
        "en": "Ask <b>{officer}</b>, phone <b>{number}</b>.",
    },
    "key": {"vi": "{label}: bấm phím {key}", "en": "{label}: press {key}"},
    "number": {"vi": "{label}: số {key}", "en": "{label}: number {key}"},
    "text_figure": {"vi": " (nhắn tin: số {key})", "en": " (in a text: {key})"},
    "if_asked": {"vi": "nếu được hỏi", "en": "if you are asked"},
}
