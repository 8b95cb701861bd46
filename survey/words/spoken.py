"""What a respondent hears besides the form: short, slow sentences for somebody old on a bad line. Words only.

A sentence takes at most 12 seconds, about 35 syllables; `code.1`, `code.2` are the words of the first and second try.
Respondents are "ông bà"; no jargon, nothing that sounds like an advertisement or a threat.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SPOKEN: Final[Mapping[str, Mapping[str, str]]] = {
    # The opening: who calls, why, how long, what it costs, how to check
    "opening.who": {
        "vi": "Xin chào ông bà. Đây là cuộc gọi tự động của {office}.",
        "en": "Good day. This is an automatic call from {office}.",
    },
    "opening.why": {
        "vi": "Chúng tôi xin hỏi ý kiến ông bà.",
        "en": "We would like your opinion.",
    },
    "opening.length": {
        "vi": "Cuộc gọi dài khoảng {minutes} phút, ông bà không mất tiền.",
        "en": "The call takes about {minutes} minutes, and it costs you nothing.",
    },
    # The same to who pays for the call: they rang us, and the round answers
    "opening.length.paid": {
        "vi": "Cuộc gọi dài khoảng {minutes} phút.",
        "en": "The call takes about {minutes} minutes.",
    },
    "opening.private": {
        "vi": "Câu trả lời được giữ kín.",
        "en": "Your answers are kept private.",
    },
    "opening.check": {
        "vi": "Muốn kiểm tra, xin gọi số {contact}.",
        "en": "To check that this call is genuine, please ring {contact}.",
    },
    "resumed": {
        "vi": "Xin chào ông bà, {office} xin hỏi tiếp những câu còn lại, ông bà không mất tiền.",
        "en": "Good day, {office} would like to go on with the remaining questions, which costs you nothing.",
    },
    "resumed.about": {
        "vi": "Xin chào ông bà, {office} xin hỏi tiếp về {organisation}, ông bà không mất tiền.",
        "en": "Good day, {office} would like to go on about {organisation}, which costs you nothing.",
    },
    "resumed.paid": {
        "vi": "Xin chào ông bà, {office} xin hỏi tiếp những câu còn lại.",
        "en": "Good day, {office} would like to go on with the remaining questions.",
    },
    "resumed.about.paid": {
        "vi": "Xin chào ông bà, {office} xin hỏi tiếp về {organisation}.",
        "en": "Good day, {office} would like to go on about {organisation}.",
    },
    "about": {
        "vi": "Câu hỏi về {organisation}.",
        "en": "These questions are about {organisation}.",
    },
    # Options and keys: the option first, then its key
    "option": {"vi": "{label}, bấm phím {key}.", "en": "{label}, press {key}."},
    "option.key": {"vi": "Bấm phím {key}.", "en": "Press {key}."},
    "option.number": {"vi": "{label}, bấm số {key}.", "en": "{label}, number {key}."},
    "option.number.key": {"vi": "Bấm số {key}.", "en": "Number {key}."},
    "numbered": {
        "vi": "Bấm số của một ý, rồi bấm phím thăng.",
        "en": "Key in the number of one of them, then press the hash key.",
    },
    "optional": {
        "vi": "Không trả lời được thì ông bà cứ chờ, tôi hỏi câu sau.",
        "en": "If you cannot answer, just wait for the next question.",
    },
    "key.repeat": {"vi": "Muốn nghe lại, bấm phím sao.", "en": "To hear this again, press star."},
    "key.person": {"vi": "Muốn gặp cán bộ, bấm phím 0.", "en": "To talk to a person, press 0."},
    "key.later": {"vi": "Đang bận, bấm phím 8.", "en": "If you are busy, press 8."},
    "key.later.number": {"vi": "Đang bận, bấm phím sao, rồi phím 8.", "en": "If you are busy, press star, then 8."},
    "key.not_me": {
        "vi": "Không phải người cần gặp, bấm phím 6.",
        "en": "If you are not the person we look for, press 6.",
    },
    # Each said in its own language; what only lives by recordings has the words that its narrator reads
    "choose.vi": {"vi": "Tiếng Việt, bấm phím 5.", "en": "For Vietnamese, press 5."},
    "choose.hmn": {"vi": "Tiếng H'Mông, bấm phím 5.", "en": "For H'Mông, press 5."},
    "consented": {"vi": "Xin cảm ơn ông bà.", "en": "Thank you."},
    "noted": {"vi": "Vâng ạ.", "en": "All right."},
    "echo": {"vi": "Đã ghi: {answer}.", "en": "Noted: {answer}."},
    # When something went amiss: the person is never at fault
    "unheard.1": {
        "vi": "Tôi chưa nghe thấy phím nào. Ông bà cứ từ từ.",
        "en": "I did not hear a key. Please take your time.",
    },
    "unheard.2": {
        "vi": "Tôi vẫn chưa nghe thấy. Ông bà nghe lại, rồi bấm một phím trên máy.",
        "en": "I still did not hear a key. Please listen again, then press one key on your phone.",
    },
    "wrong_key.1": {
        "vi": "Phím đó không có trong câu này. Xin ông bà chọn lại.",
        "en": "That key is not among the choices. Please choose again.",
    },
    "wrong_key.2": {
        "vi": "Phím vừa rồi vẫn chưa đúng. Ông bà nghe hết các ý, rồi bấm một phím.",
        "en": "That key was not among the choices either. Please listen to all of them, then press one key.",
    },
    "out_of_range.1": {
        "vi": "Con số này có vẻ chưa đúng. Xin ông bà bấm lại.",
        "en": "This number does not seem right. Please key it in again.",
    },
    "out_of_range.2": {
        "vi": "Con số này vẫn có vẻ chưa đúng. Ông bà xem lại, rồi bấm từ từ.",
        "en": "This number still does not seem right. Please think again and key it in slowly.",
    },
    "doubtful": {
        "vi": "Tôi chưa hiểu rõ. Xin ông bà chọn lại.",
        "en": "I did not quite understand. Please choose again.",
    },
    "left_open": {
        "vi": "Không sao ạ. Câu này để lại, lát nữa tôi xin hỏi sau.",
        "en": "Never mind. We leave this question for later in the call.",
    },
    "left_open.last": {"vi": "Không sao ạ. Câu này xin bỏ qua.", "en": "Never mind. We leave this question out."},
    "already_answered": {
        "vi": "Câu vừa rồi đã có câu trả lời. Xin nghe câu tiếp theo.",
        "en": "That question has been answered already. Here is the next one.",
    },
    # What a person may ask for
    "wanted.person": {
        "vi": "Vâng, cán bộ sẽ gọi lại cho ông bà.",
        "en": "Of course. A person from the office will call you back.",
    },
    "wanted.call": {
        "vi": "Vâng, chúng tôi sẽ gọi lại. Ông bà không mất tiền.",
        "en": "Of course. We will call you back. It costs you nothing.",
    },
    "wanted.help": {
        "vi": (
            "Ông bà nghe câu hỏi, rồi bấm phím của ý mình chọn. Muốn "
            "nghe lại, bấm phím sao. Muốn gặp cán bộ, bấm phím 0."
        ),
        "en": "Listen to the question, then press the key of your choice. Star repeats, 0 asks for a person.",
    },
    "wanted.later": {
        "vi": "Vâng, chúng tôi xin gọi lại lúc khác. Câu nào đã trả lời thì vẫn được giữ. Xin chào ông bà.",
        "en": "We will call again another time. The answers you have given are kept. Goodbye.",
    },
    # The end
    "thanks": {
        "vi": "Đã xong tất cả các câu hỏi. Xin cảm ơn ông bà. Chúc ông bà mạnh khỏe.",
        "en": "That was the last question. Thank you very much. Goodbye.",
    },
    "partial": {
        "vi": "Xin cảm ơn ông bà. Câu nào chưa trả lời, chúng tôi xin hỏi lại lúc khác. Xin chào ông bà.",
        "en": "Thank you. We may ask you the remaining questions another time. Goodbye.",
    },
    "refused": {
        "vi": "Vâng, chúng tôi xin dừng ở đây. Xin cảm ơn ông bà.",
        "en": "We stop here, then. Thank you. Goodbye.",
    },
    "finished": {
        "vi": "Phiếu của ông bà đã nộp rồi, không phải trả lời nữa. Xin cảm ơn ông bà.",
        "en": "Your form is in already, there is nothing more to answer. Thank you.",
    },
    "opted_out": {
        "vi": "Vâng, chúng tôi sẽ không gọi và không nhắn tin nữa. Xin chào ông bà.",
        "en": "Of course. We will not call or text you again. Goodbye.",
    },
    "apology": {
        "vi": (
            "Xin lỗi ông bà, máy của chúng tôi đang trục trặc. Câu nào đã trả lời thì vẫn được giữ. Xin chào ông bà."
        ),
        "en": "We are sorry, something on our side is not working. The answers you have given are kept. Goodbye.",
    },
    # Somebody whose number is withheld, or none that we ring: nobody can look into it, so nothing is promised
    "unknown_caller": {
        "vi": "Xin chào. Số máy này chúng tôi không gọi lại được. Xin ông bà để hiện số máy, rồi gọi lại.",
        "en": "Good day. We cannot call this number back. Please let your number be shown, then ring again.",
    },
    "nothing_open": {
        "vi": "Xin chào ông bà. Hiện nay chúng tôi không có câu hỏi nào cho ông bà. Xin cảm ơn.",
        "en": "Good day. We have no questions for you at present. Thank you.",
    },
}
