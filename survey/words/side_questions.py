"""What a respondent hears between the questions: numbers read back, going back, another time, the end of a call.

Words only; short, slow sentences as in `survey.words.spoken`. Numbers are told figure by figure, so that a narrator can
record them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ASIDE: Final[Mapping[str, Mapping[str, str]]] = {
    "keyed": {"vi": "Ông bà vừa bấm:", "en": "You have keyed in:"},
    "keyed.0": {"vi": "không.", "en": "zero."},
    "keyed.1": {"vi": "một.", "en": "one."},
    "keyed.2": {"vi": "hai.", "en": "two."},
    "keyed.3": {"vi": "ba.", "en": "three."},
    "keyed.4": {"vi": "bốn.", "en": "four."},
    "keyed.5": {"vi": "năm.", "en": "five."},
    "keyed.6": {"vi": "sáu.", "en": "six."},
    "keyed.7": {"vi": "bảy.", "en": "seven."},
    "keyed.8": {"vi": "tám.", "en": "eight."},
    "keyed.9": {"vi": "chín.", "en": "nine."},
    "keyed.point": {"vi": "phẩy.", "en": "point."},
    "aside.right": {"vi": "Như vậy có đúng không ạ?", "en": "Is that right?"},
    "far": {
        "vi": "Số này khác nhiều so với lần trước. Nếu đúng vậy thì không sao ạ.",
        "en": "This number differs much from last time. If it is right, that is fine.",
    },
    "gone_back": {"vi": "Tôi xin hỏi lại câu này.", "en": "Here is that question once more."},
    "nothing_before": {
        "vi": "Trong cuộc gọi này chưa có câu nào trước đó ạ.",
        "en": "There is no question before this one in this call.",
    },
    "key.back": {"vi": "Bấm nhầm thì bấm phím 7.", "en": "If that was a slip, press 7."},
    "key.back.number": {
        "vi": "Bấm nhầm thì bấm phím sao, rồi phím 7.",
        "en": "If that was a slip, press star, then 7.",
    },
    "may_pause": {
        "vi": "Ông bà đã trả lời được nhiều câu. Muốn để lúc khác trả lời tiếp, bấm phím 8.",
        "en": "You have answered many questions. To go on another time, press 8.",
    },
    "aside.when": {"vi": "Lúc nào thì tiện cho ông bà ạ?", "en": "When would suit you?"},
    "aside.next": {"vi": "Để lúc khác, ông bà cứ gác máy.", "en": "For another time, just hang up."},
    "next": {"vi": "Ông bà còn phiếu của {organisation}.", "en": "There is still the form of {organisation}."},
    "aside.stop": {
        "vi": "Chúng tôi sẽ không gọi và không nhắn tin cho ông bà nữa. Có đúng ý ông bà không ạ?",
        "en": "We would never call or text you again. Is that what you want?",
    },
    "aside.refuse": {
        "vi": "Ông bà không muốn trả lời phải không ạ?",
        "en": "You do not wish to answer. Is that right?",
    },
    "appointed.hour": {
        "vi": "Một tiếng nữa chúng tôi gọi lại. Câu đã trả lời vẫn được giữ. Xin chào ông bà.",
        "en": "We will call again in an hour. Your answers are kept. Goodbye.",
    },
    "appointed.evening": {
        "vi": "Bảy giờ tối nay chúng tôi gọi lại. Câu đã trả lời vẫn được giữ. Xin chào ông bà.",
        "en": "We will call again at seven this evening. Your answers are kept. Goodbye.",
    },
    "appointed.tomorrow_morning": {
        "vi": "Tám giờ sáng mai chúng tôi gọi lại. Câu đã trả lời vẫn được giữ. Xin chào ông bà.",
        "en": "We will call again at eight tomorrow morning. Your answers are kept. Goodbye.",
    },
    "appointed.tomorrow_evening": {
        "vi": "Bảy giờ tối mai chúng tôi gọi lại. Câu đã trả lời vẫn được giữ. Xin chào ông bà.",
        "en": "We will call again at seven tomorrow evening. Your answers are kept. Goodbye.",
    },
    "aside.person": {
        "vi": "Lúc nào cán bộ gọi thì tiện cho ông bà ạ?",
        "en": "When should a person from the office ring you?",
    },
    "person_at.tomorrow_morning": {
        "vi": "Sáng mai cán bộ sẽ gọi ông bà.",
        "en": "A person from the office will ring you tomorrow morning.",
    },
    "person_at.tomorrow_afternoon": {
        "vi": "Chiều mai cán bộ sẽ gọi ông bà.",
        "en": "A person from the office will ring you tomorrow afternoon.",
    },
    "wanted.transfer": {
        "vi": "Vâng, xin ông bà giữ máy. Tôi nối máy với cán bộ ngay.",
        "en": "Of course. Please hold the line. I am putting you through.",
    },
    "connected": {
        "vi": "Ông bà vừa nói chuyện với cán bộ. Bây giờ tôi xin hỏi tiếp.",
        "en": "You have talked to a person from the office. Let us go on now.",
    },
    "unconnected": {
        "vi": "Xin lỗi ông bà, bây giờ chưa nối được máy.",
        "en": "Sorry, nobody can be reached right now.",
    },
    "aside.end": {
        "vi": "Ông bà đã trả lời xong. Nộp phiếu rồi thì không sửa được nữa.",
        "en": "You have answered everything. Once handed in, it cannot be changed.",
    },
    "listed": {"vi": "Câu {number}.", "en": "Question {number}."},
    "aside.which": {"vi": "Ông bà muốn sửa câu số mấy?", "en": "Which question would you like to change?"},
    "aside.who": {
        "vi": "Xin lỗi ông bà đã làm phiền. Xin cho chúng tôi biết thêm.",
        "en": "We are sorry to trouble you. Please tell us more.",
    },
    "wrong_person.wrong_number": {
        "vi": "Xin lỗi ông bà, chúng tôi ghi nhầm số. Chúng tôi sẽ không gọi số này về đơn vị đó nữa.",
        "en": "We are sorry, we have the wrong number. We will not ring it about that organisation again.",
    },
    "wrong_person.left_office": {
        "vi": "Cảm ơn ông bà đã cho biết. Cán bộ sẽ hỏi lại đơn vị. Xin chào ông bà.",
        "en": "Thank you for telling us. A person from the office will ask the organisation. Goodbye.",
    },
}
