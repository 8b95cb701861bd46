"""What a respondent reads besides the form: texts of one segment, clear without diacritics too. Words only.

No word that carriers take for an opt-out is offered as an answer; no `#` and no `&` (domestic routes refuse them).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WRITTEN: Final[Mapping[str, Mapping[str, str]]] = {
    # Contacts that we start
    "text.invitation": {
        "vi": (
            "{office} xin hỏi ý kiến ông/bà, khoảng {questions} câu, "
            "trả lời bằng số. Kiểm tra: {contact}. Thôi nhận tin: TC"
        ),
        "en": (
            "{office} asks for your opinion, about {questions} questions, "
            "answer by number. Check: {contact}. No more texts: TC"
        ),
    },
    # The same where a long name would make it two segments: who, how much, whom to ask, how to end it
    "text.invitation.brief": {
        "vi": "{office} xin ý kiến ông/bà, {questions} câu. Hỏi: {contact}. Thôi nhận tin: TC",
        "en": "{office} asks your opinion, {questions} questions. Check: {contact}. No more texts: TC",
    },
    "text.announcement": {
        "vi": (
            "{office} sẽ gọi xin ý kiến ông/bà, khoảng {minutes} phút, "
            "không mất tiền. Kiểm tra: {contact}. Thôi nhận tin: TC"
        ),
        "en": (
            "{office} will call for your opinion, about {minutes} minutes, "
            "free of charge. Check: {contact}. No more texts: TC"
        ),
    },
    "text.thank_you": {
        "vi": "{office} xin cảm ơn ông/bà đã trả lời khảo sát. Hỏi: {contact}. Thôi nhận tin: TC",
        "en": "{office} thanks you for answering the survey. Questions: {contact}. No more texts: TC",
    },
    "text.reminder": {
        "vi": ("{office} còn chờ ý kiến của ông/bà. Nhắn GOI để chúng tôi gọi lại. Hỏi: {contact}. Thôi nhận tin: TC"),
        "en": (
            "{office} still hopes for your answers. Text GOI and we call you. Questions: {contact}. No more texts: TC"
        ),
    },
    "text.resumed": {"vi": "{office} xin hỏi tiếp.", "en": "{office} goes on:"},
    "text.about": {"vi": "Về {organisation}:", "en": "About {organisation}:"},
    # Questions
    "text.question": {"vi": "C{number}: {question}", "en": "C{number}: {question}"},
    "text.option": {"vi": "{key}={label}", "en": "{key}={label}"},
    "text.optional": {"vi": "Không trả lời thì nhắn BO QUA.", "en": "To leave it out, text SKIP."},
    "text.echo": {"vi": "Đã ghi: {answer}.", "en": "Noted: {answer}."},
    "text.may_call": {"vi": "GOI: chúng tôi gọi để hỏi tiếp.", "en": "GOI: we call you to go on."},
    # When something went amiss
    "text.wrong_key.1": {
        "vi": "Số đó không có trong câu này. Xin chọn lại.",
        "en": "That number is not a choice here. Please choose again.",
    },
    "text.wrong_key.2": {
        "vi": "Chưa đúng. Ông/bà chỉ cần nhắn một số dưới đây.",
        "en": "Not a choice either. Please text one of the numbers below.",
    },
    "text.out_of_range.1": {
        "vi": "Con số này có vẻ chưa đúng. Xin nhắn lại.",
        "en": "This number does not seem right. Please text it again.",
    },
    "text.out_of_range.2": {
        "vi": "Con số này vẫn có vẻ chưa đúng. Xin xem lại.",
        "en": "This number still does not seem right. Please think again.",
    },
    "text.unheard.1": {"vi": "Chưa thấy câu trả lời.", "en": "No answer found."},
    "text.unheard.2": {"vi": "Vẫn chưa thấy câu trả lời.", "en": "Still no answer found."},
    "text.left_open": {"vi": "Không sao, câu này hỏi sau.", "en": "Never mind, we ask this later."},
    "text.left_open.last": {"vi": "Không sao, câu này bỏ qua.", "en": "Never mind, we leave this out."},
    "text.already_answered": {"vi": "Câu vừa rồi đã trả lời.", "en": "That one is answered already."},
    "text.unknown_question": {
        "vi": "Chưa có câu C{number}. Xin trả lời câu này:",
        "en": "There is no question C{number} yet. Please answer this one:",
    },
    "text.two_interviews": {
        "vi": "Chưa rõ ông/bà trả lời cho đơn vị nào. Câu này hỏi về {organisation}:",
        "en": "Which organisation do you answer for? This question is about {organisation}:",
    },
    "text.which": {
        "vi": "Ông/bà trả lời cho đơn vị nào? Xin nhắn mã số của đơn vị: {choices}",
        "en": "Which organisation do you answer for? Please text its code: {choices}",
    },
    # Asking back what was understood: codes of `sms.reading.replies` and of entries
    "text.doubtful": {"vi": "Chưa hiểu rõ. Xin nhắn một số:", "en": "Not quite clear. Please text one number:"},
    "text.doubtful.empty": {
        "vi": "Tin nhắn trống. Xin nhắn một số:",
        "en": "The text was empty. Please text one number:",
    },
    "text.doubtful.words": {
        "vi": "Chưa hiểu tin nhắn. Xin nhắn một số:",
        "en": "Not understood. Please text one number:",
    },
    "text.doubtful.no_answer": {"vi": "Vâng ạ. Xin nhắn một số:", "en": "Thank you. Please text one number:"},
    "text.doubtful.two_answers": {
        "vi": "Có hai câu trả lời ({understood}). Xin nhắn một số thôi:",
        "en": "Two answers were found ({understood}). Please text only one number:",
    },
    "text.doubtful.alike": {
        "vi": "Có thể là {understood}. Xin nhắn một số:",
        "en": "That may be {understood}. Please text one number:",
    },
    "text.doubtful.several": {
        "vi": "Chưa rõ. Xin nhắn kiểu C1=2 C2=1, hoặc câu này:",
        "en": "Not clear. Please text like C1=2 C2=1, or this one:",
    },
    "text.doubtful.in_order": {
        "vi": "Nếu đúng là {understood}, xin nhắn y như vậy.",
        "en": "If you mean {understood}, please text just that.",
    },
    "text.answered_before": {"vi": "{understood} đã trả lời từ trước.", "en": "{understood} answered before."},
    "text.doubtful_list": {"vi": "Chưa rõ {understood}.", "en": "{understood} not clear."},
    "text.doubtful.other_question": {
        "vi": "Tin nhắn ghi câu {understood}. Xin trả lời câu này:",
        "en": "Your text names question {understood}. Please answer this one:",
    },
    "text.doubtful.homograph": {
        "vi": "Có phải ông/bà chọn số {understood}? Xin nhắn bằng số:",
        "en": "Did you mean number {understood}? Please text the figure:",
    },
    "text.doubtful.grouping": {
        "vi": "Chưa rõ số {understood}. Xin nhắn liền, không dấu chấm phẩy:",
        "en": "{understood} is not clear. Please text it without points or commas:",
    },
    "text.doubtful.crossed": {
        "vi": "Hai tin trùng lúc. Xin trả lời câu này:",
        "en": "Our texts crossed. Please answer this one:",
    },
    "text.doubtful.range": {
        "vi": "Xin nhắn từng số của mỗi ý, cách nhau một dấu cách, ví dụ 1 3:",
        "en": "Please text the number of each choice, with spaces between, like 1 3:",
    },
    # What a person may ask for
    "text.wanted.person": {
        "vi": "Vâng, cán bộ sẽ gọi lại cho ông/bà.",
        "en": "A person from the office will call you.",
    },
    "text.wanted.call": {
        "vi": "Vâng, chúng tôi sẽ gọi lại, ông/bà không mất tiền.",
        "en": "We will call you back, free of charge.",
    },
    "text.wanted.help": {
        "vi": (
            "{office} xin ý kiến. Nhắn số của ý ông/bà chọn. GOI: chúng tôi gọi, không mất tiền. "
            "DE SAU: lúc khác. TC: thôi nhận tin. Hỏi: {contact}"
        ),
        "en": (
            "{office} asks for your opinion. Text the number of your choice. GOI: we call you, free. DE SAU: "
            "another time. TC: no more texts. Check: {contact}"
        ),
    },
    # The same where a long name would make it two segments
    "text.wanted.help.brief": {
        "vi": "{office} xin ý kiến. Nhắn số ông/bà chọn. GOI: chúng tôi gọi. TC: thôi nhận tin. Hỏi: {contact}",
        "en": "{office} asks your opinion. Text your number. GOI: we call. TC: no more texts. Check: {contact}",
    },
    "text.wanted.later": {
        "vi": "Vâng, chúng tôi xin hỏi lại lúc khác. Câu đã trả lời vẫn được giữ.",
        "en": "We will ask again another time. The answers you have given are kept.",
    },
    # The end
    "text.thanks": {
        "vi": "Đã xong tất cả các câu hỏi. Xin cảm ơn ông/bà.",
        "en": "That was the last question. Thank you very much.",
    },
    # Where the phone serves another organisation too that has not answered yet
    "text.next": {
        "vi": "Ông/bà còn phiếu của {organisation}, muốn trả lời luôn xin nhắn {reference}.",
        "en": "There is still the form of {organisation}: to answer now, text {reference}.",
    },
    "text.partial": {
        "vi": "Xin cảm ơn ông/bà. Câu chưa trả lời, chúng tôi xin hỏi lại lúc khác.",
        "en": "Thank you. We may ask you the remaining questions another time.",
    },
    "text.refused": {
        "vi": "Vâng, chúng tôi xin dừng ở đây. Xin cảm ơn ông/bà.",
        "en": "We stop here, then. Thank you.",
    },
    "text.finished": {
        "vi": "Phiếu của ông/bà đã nộp rồi, không phải trả lời nữa. Xin cảm ơn.",
        "en": "Your form is in already, there is nothing more to answer. Thank you.",
    },
    "text.apology": {
        "vi": "Xin lỗi, máy của chúng tôi đang trục trặc. Xin nhắn lại sau ít phút.",
        "en": "Sorry, something on our side is not working. Please text again in a few minutes.",
    },
    # Opting out and in again
    "text.opted_out": {
        "vi": "Đã ghi nhận. Chúng tôi sẽ không gọi, không nhắn tin cho ông/bà nữa. Muốn nhận lại, nhắn DK LAI",
        "en": "Noted. We will not call or text you again. To take part after all, text DK LAI",
    },
    "text.held": {
        "vi": ("Ông/bà muốn thôi nhận tin và cuộc gọi phải không? Nếu phải, nhắn TC. Nếu không, xin nhắn số trả lời."),
        "en": "Do you want no more texts and calls? If so, text TC. If not, please text your answer as a number.",
    },
    "text.started": {
        "vi": "Vâng, chúng tôi sẽ lại liên lạc với ông/bà. Xin cảm ơn.",
        "en": "We will contact you again. Thank you.",
    },
    "text.gone_back": {"vi": "Xin hỏi lại câu trước.", "en": "The question before once more."},
    "text.nothing_before": {"vi": "Chưa có câu nào trước đó.", "en": "There is no question before this one."},
    "text.unknown_number": {
        "vi": "Số máy này chưa có trong danh sách của chúng tôi. Cán bộ sẽ xem lại và liên hệ sau.",
        "en": "This number is not on our list yet. A person from the office will look into it.",
    },
    "text.nothing_open": {
        "vi": "Hiện nay chúng tôi không có câu hỏi nào cho ông/bà. Xin cảm ơn.",
        "en": "We have no questions for you at present. Thank you.",
    },
    # The same in fewer words, where that saves a segment
    "text.resumed.brief": {"vi": "Xin hỏi tiếp.", "en": "We go on:"},
    "text.wrong_key.brief": {"vi": "Không có số đó.", "en": "Not a choice here."},
    "text.unheard.brief": {"vi": "Chưa thấy trả lời.", "en": "No answer found."},
    "text.unknown_question.brief": {"vi": "Chưa có câu C{number}. Câu này:", "en": "No C{number} yet. This one:"},
    "text.doubtful.brief": {"vi": "Chưa rõ. Nhắn một số:", "en": "Not clear. One number:"},
    "text.doubtful.empty.brief": {"vi": "Tin trống. Nhắn một số:", "en": "Empty text. One number:"},
    "text.doubtful.words.brief": {"vi": "Chưa hiểu. Nhắn một số:", "en": "Not understood. One number:"},
    "text.doubtful.no_answer.brief": {"vi": "Vâng. Nhắn một số:", "en": "Thanks. One number:"},
    "text.doubtful.two_answers.brief": {
        "vi": "{understood}? Nhắn một số thôi:",
        "en": "{understood}? Only one number:",
    },
    "text.doubtful.several.brief": {"vi": "Nhắn kiểu C1=2 C2=1, hoặc:", "en": "Text like C1=2 C2=1, or:"},
    "text.doubtful.other_question.brief": {
        "vi": "Tin ghi câu {understood}. Câu này:",
        "en": "You named {understood}. This one:",
    },
    "text.doubtful.homograph.brief": {"vi": "Có phải số {understood}? Nhắn số:", "en": "Number {understood}? Text it:"},
    "text.doubtful.crossed.brief": {"vi": "Tin trùng lúc. Câu này:", "en": "Texts crossed. This one:"},
    "text.wanted.person.brief": {"vi": "Vâng, cán bộ sẽ gọi.", "en": "A person will call you."},
    "text.wanted.call.brief": {"vi": "Vâng, sẽ gọi, không mất tiền.", "en": "We will call you, free."},
}
