"""What a respondent hears and reads about the kind of a question: how to answer it, and that an answer was none.

The codes are those of `survey.form.kinds`; those that begin with `text.` are read, all others are heard. Words only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KIND_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    # Several of the choices
    "several": {
        "vi": "Ông bà chọn được nhiều ý. Bấm các phím đó, rồi bấm phím thăng.",
        "en": "You may choose more than one. Press their keys, then the hash key.",
    },
    "text.several": {"vi": "Chọn được nhiều, ví dụ: 1 3.", "en": "Choose one or more, like: 1 3."},
    # A number
    "number": {
        "vi": "Xin ông bà bấm con số, rồi bấm phím thăng.",
        "en": "Please key in the number, then press the hash key.",
    },
    "text.number": {"vi": "Nhắn lại một con số.", "en": "Reply with a number."},
    "decimal": {
        "vi": "Xin ông bà bấm phần chẵn, rồi phím thăng. Có số lẻ thì bấm tiếp số lẻ, rồi phím thăng.",
        "en": "Please key in the whole part, then hash. If there are decimals, key them in, then hash again.",
    },
    "text.decimal": {"vi": "Nhắn một con số, ví dụ 12,5.", "en": "Reply with a number, like 12.5."},
    "wrong_number.1": {
        "vi": "Tôi chưa nghe rõ con số. Xin ông bà bấm lại.",
        "en": "I did not get the number. Please key it in again.",
    },
    "wrong_number.2": {
        "vi": "Tôi vẫn chưa nghe rõ con số. Ông bà bấm từng số một, rồi bấm phím thăng.",
        "en": "I still did not get the number. Please press one figure after the other, then the hash key.",
    },
    "text.wrong_number.1": {"vi": "Chưa thấy con số. Xin nhắn lại.", "en": "No number found. Please text it again."},
    "text.wrong_number.2": {
        "vi": "Vẫn chưa thấy. Ông/bà chỉ cần nhắn một con số, không kèm chữ.",
        "en": "Still no number. Please text just the figures.",
    },
    # A day
    "date": {
        "vi": "Xin ông bà bấm ngày hai số, tháng hai số, năm bốn số, rồi bấm phím thăng.",
        "en": "Please key in two figures for the day, two for the month, four for the year, then the hash key.",
    },
    "text.date": {"vi": "Nhắn ngày/tháng/năm, ví dụ 05/03/2026.", "en": "Reply with day/month/year, like 05/03/2026."},
    "keyed.day": {"vi": "Ngày {day},", "en": "Day {day},"},
    "keyed.month": {"vi": "tháng {month},", "en": "month {month},"},
    "keyed.year": {"vi": "năm", "en": "of the year"},
    "wrong_date.1": {
        "vi": "Ngày đó chưa đúng. Xin ông bà bấm lại ngày, tháng, năm.",
        "en": "That is no day of the calendar. Please key in day, month and year again.",
    },
    "wrong_date.2": {
        "vi": "Ngày vẫn chưa đúng. Ví dụ mồng năm tháng ba, bấm 0 5 0 3, rồi năm bốn số.",
        "en": "Still no day. For the fifth of March press 0 5 0 3, then the year in four figures.",
    },
    "text.wrong_date.1": {
        "vi": "Ngày đó chưa đúng. Xin nhắn ngày/tháng/năm, ví dụ 05/03/2026.",
        "en": "That is no day. Please text day/month/year, like 05/03/2026.",
    },
    "text.wrong_date.2": {
        "vi": "Ngày vẫn chưa đúng. Xin nhắn đủ ngày, tháng và năm bốn số.",
        "en": "Still no day. Please text day, month and the year in four figures.",
    },
    "text.doubtful.date": {
        "vi": "Chưa rõ ngày. Xin nhắn ngày/tháng/năm, ví dụ 05/03/2026:",
        "en": "The day is not clear. Please text day/month/year, like 05/03/2026:",
    },
    # One's own words, in texts only
    "text.words": {"vi": "Xin nhắn vài chữ.", "en": "Reply in a few words."},
    "text.wrong_words.1": {"vi": "Tin dài quá. Xin nhắn ngắn hơn.", "en": "That is too long. Please text it shorter."},
}
ON_CARDS: Final[Mapping[str, Mapping[str, str]]] = {
    "several": {
        "vi": "được chọn nhiều ý, xong bấm phím thăng #",
        "en": "you may choose several, then press #",
    },
    "number": {"vi": "bấm số, rồi phím thăng #", "en": "key the number, then #"},
    "decimal": {"vi": "bấm số, rồi phím thăng #", "en": "key the number, then #"},
    "date": {
        "vi": "bấm ngày, tháng, năm, ví dụ 05032026",
        "en": "key day, month and year, for example 05032026",
    },
    "words": {"vi": "chỉ hỏi khi nhắn tin", "en": "asked in texts only"},
}
"""How to answer, in the few words that a printed card has room for, by the code of the kind's hint."""
