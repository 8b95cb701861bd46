"""Words of the wish to be left alone, each with the sign that the grammar of `sms.contact_wishes` reads it as.

With marks a word is what it says; without marks it may be several (dung: don't, stop, right, a man's name), and has a
sign of its own. It must not know how signs stand together.
"""

from __future__ import annotations

from collections.abc import Mapping

VOCABULARY: Mapping[str, str] = {
    # D: not to do it, an order
    "D": (
        "đừng, đừng có, đừng có mà, đừng bao giờ, chớ, chớ có, cấm, cấm không được, khỏi, khỏi cần, miễn, bớt, không "
        "được, không được phép, không bao giờ được, tuyệt đối không, do not ever"
    ),
    # ~D: the same in English, where it follows whom it tells of (they never call)
    "~D": "don't, dont, don t, do not, never, do not ever",
    # DP: in one phrase
    "DP": (
        "đừng phiền, thôi phiền, khỏi phiền, đừng có phiền, đừng có mà phiền, chớ phiền, chớ có phiền, khỏi làm "
        "phiền"
    ),
    # d: without marks an order, or dừng, đúng, Dũng
    "d": "dung, dung co, dung co ma, dung bao gio, dung lai, dung han, dung ngay",
    # N: no
    "N": (
        "không, không còn, hông có, hổng có, không hề, hông, hổng, hỏng, hong, hok, hem, hẻm, hẽm, hôn, ko, k, kh, "
        "kg, khg, hk, kô, không bao giờ, chẳng bao giờ, chẳng, chả, chẳng còn, nỏ, mô có, đéo, đếch, éo, méo, cóc, đ, "
        "no, not, no longer, không có"
    ),
    # W: to want, between no and what is not wanted
    "W": (
        "muốn, thích, cần, cần phải, đồng ý, có nhu cầu, nhu cầu, chấp nhận, mong, mong muốn, cho phép, chịu, ham, hề "
        "muốn, còn muốn, muốn được, want, wish, like, need, longer, agree, consent"
    ),
    # b: what is done to us
    "b": "bị",
    # L: able; it turns "no" into "cannot"
    "L": "được, dc, đc, đươc, thể, nổi, kịp, thấy, biết, biết cách",
    # n: any; what was got or not got until now
    "n": "nào, lần nào, nào hết, nào cả",
    # S: to stop
    "S": (
        "dẹp, dẹp đi, dừng, dừng lại, dừng hẳn, ngừng, ngừng lại, ngưng, ngưng lại, chấm dứt, kết thúc, end, quit, "
        "cancel, hủy, hủy bỏ, revoke, withdraw, terminate, tắt"
    ),
    # !S: English words that say nothing else
    "!S": "tc, stop, unsubscribe, unsubcribe, unsub, stopp, stpo, sotp, stopall",
    # s: without marks to cancel, or a man's name
    "s": "huy, huy bo",
    # T: enough; also only, and a particle
    "T": "thôi, thoii, nghỉ",
    # R: to refuse
    "R": (
        "từ chối, khước từ, phản đối, tuchoi, opt out, optout, tu chio, từ chôi, refuse, decline, opt me out, opt "
        "us out, opted out, want out"
    ),
    # X: to take off; K: to block
    "X": (
        "xóa, xóa bỏ, xóa giùm, xóa giúp, gỡ, gỡ bỏ, loại, loại bỏ, bỏ, rút, rút lại, rút tên, remove, delete, take, "
        "erase, lấy, đưa, ra khỏi, rút khỏi, rời khỏi, gạch, gạch bỏ, xoá, xoá bỏ"
    ),
    "XQ": "khỏi danh sách, ra khỏi danh sách",
    "K": "chặn, block, blacklist",
    # V: to contact
    "V": (
        "gọi, gọi điện, gọi điện thoại, gọi đt, điện, điện thoại, alo, nhắn, nhắn tin, nhắn tin nhắn, nhắn gọi, gọi "
        "nhắn, gọi và nhắn, nhắn và gọi, nhắn hay gọi, gọi hay nhắn, nt, tn, gửi, gởi, liên lạc, liên hệ, text, "
        "texting, call, calling, message, messaging, contact, contacting, phone, phoning, send, sending, sms, ib, "
        "inbox, zalo, khảo sát, phỏng vấn, survey, reach, ring, ringing, kêu tui, kêu tôi, kêu máy, nhắn nhe, nhắn "
        "với gọi, gọi với nhắn, goij, gọ, nhna"
    ),
    # B: without marks to text or to receive
    "B": "nhan",
    "BC": "nhan tin, nhan tin nhan",
    # O: without weight here, but no courtesy
    "O": "the end, in the end, câu, cau, câu này, cau nay, đừng phiền lòng, đừng phiền não",
    # P: to bother
    "P": (
        "làm phiền, làm phiền phức, mất thời gian, làm mất thời gian, làm tốn thời gian, bám theo, dòm ngó, "
        "quấy rầy, quấy rối, quấy phá, quấy, phá rối, spam, khủng bố, bother, bothering, "
        "disturb, disturbing, harass, harassing, spamming, lm phiền, lam fien, làm fiền"
    ),
    # G: to receive; g: to hear or to read
    "G": "nhận, tiếp nhận, nhận được mấy, receive, receiving, get, getting",
    "gC": "nghe máy, nghe điện thoại, bắt máy",
    "g": "nghe, đọc, xem, hear",
    # C: what is received
    "C": (
        "tin, tin nhắn, tin nhan, sms, cuộc gọi, cuộc điện thoại, điện thoại, đt, tin tức, dịch vụ, thông tin, text, "
        "texts, call, calls, message, messages, subscription, spam, liên lạc, khảo sát, phỏng vấn, phiếu, quảng cáo, "
        "tự động, tin rác, rác, survey, surveys, qc, thông báo, thông điệp, bản tin, nội dung, notification, "
        "notifications, update, updates, chương trình, cuộc khảo sát, cuộc phỏng vấn"
    ),
    # k: to be registered
    "k": "đăng ký, đăng kí, đk, dki, đki",
    # H: a number or a name on a list; Q: the list
    "H": (
        "số, số máy, số điện thoại, số đt, sđt, sdt, số phone, máy, tên, number, phone number, name, contact, số liên "
        "lạc, thuê bao"
    ),
    "Q": "danh sách, list, lists, danh bạ, hệ thống, database",
    # E: any more; e: from now on
    "E": "nữa, nx, nữa đâu, anymore, any more, again, more, nua, nửa, nữaa, tiếp tục, thêm nữa, thêm lần nào nữa",
    "e": (
        "từ nay, từ giờ, từ hôm nay, từ bây giờ, từ mai, lần sau, sau này, về sau, bao giờ, mãi mãi, vĩnh viễn, hẳn, "
        "ever, từ rày, kể từ nay, từ giờ trở đi, từ nay trở đi, từ nay về sau"
    ),
    # l: once more
    "l": "lại, back",
    # M: those who talk, and prepositions before them
    "M": (
        "tôi, tui, em, anh, chị, chú, cô, bác, ông, bà, cháu, con, mình, tao, tau, tớ, bố, mẹ, cậu, dì, bọn tôi, "
        "chúng tôi, chúng tao, bọn tao, bọn tui, tụi tui, bầy tui, anh chị, ông bà, các anh, các chị, các anh chị, "
        "người già, người dân, người mất, các bạn, bạn, mày, bọn mày, chúng mày, quý vị, quý cơ quan, quý đơn vị, "
        "bên anh, bên mình, bên "
        "bạn, bên em, cơ quan, các ông, cho, tới, đến, vào, vô, với, của, này, đây, nay, me, my, i, us, our, you, "
        "your, this, to, here, từ, on, from, e, a, c, t, nhau, mấy người, mấy anh, mấy chị, người ta, nhà tôi, gia "
        "đình tôi, htx tôi, htx em, htx mình, htx chúng tôi, hợp tác xã tôi, hợp tác xã mình, hợp tác xã chúng tôi, "
        "đơn vị tôi, đơn vị mình, đơn vị chúng tôi"
    ),
    # i: an order or a plea follows
    "i": (
        "đề nghị, kính đề nghị, yêu cầu, vui lòng, xin vui lòng, làm ơn, xin, mong, nhờ, please, pls, plz, kindly, "
        "could you, can you, would you, đã bảo, đã nói là, said, đã nói, bảo, nói là, xin phép, xin được, làm ơn làm "
        "phước, lần cuối, hãy, vl"
    ),
    # F: courtesies and other words without weight
    "F": (
        "dạ, vâng, ạ, nhé, nhe, nha, nhá, nghe, nghen, nghe em, ơi, thưa, đi, đâu, thêm, giùm, giúp, dùm, hộ, ngay, "
        "luôn, hết, việc, mọi, các, mấy, những, toàn bộ, tất cả, sự, ra, cả, và, cảm ơn, cám ơn, cam on, xin cảm ơn, "
        "xin cám ơn, trân trọng, ok, oke, thanks, thank you, thank, tks, ty, kính, chào, trên, ở, bởi, là, all, now, "
        "sir, off, of, the, these, those, any, it, out, please, immediately, rồi mà, mà, đó, đấy, thì, phép, thông "
        "cảm, mong thông cảm, nhỉ, loại, hình thức, kiểu, bất kỳ, bất cứ, am, would, to be, trước, những cái, cái, "
        "trò, cái trò, giùm tôi, ngay lập tức, lập tức, ngay đi"
    ),
    # r: when; it makes a fact of an order
    "r": "rồi, còn, đã, sẽ, đang, vẫn, cứ, tạm, cũng",
    # U: complaints
    "U": (
        "phiền, phiền quá, bực, bực mình, mệt, mắc mệt, quá, lắm, hoài, miết, suốt, mãi, chán, điên, ghét, bực quá, "
        "thế, gì, chi, rứa, nhiều, nhầm, lộn, vậy, vớ vẩn, phiền phức, tốn thời gian, rảnh, nhiều quá, liên tục, suốt "
        "ngày, cả ngày, bậy, bệnh, khùng, đồ, lừa đảo, ức chế, ồn"
    ),
    # J: threats
    "J": (
        "kiện, báo công an, công an, tố cáo, chửi, đánh, khiếu nại, thưa kiện, cút, biến, police, sue, report"
    ),
    # q … y: to leave in peace; a: the same in one phrase; z: the same alone
    "q": "để, hãy để, let, leave",
    "y": "yên, được yên, yên thân, yên ổn, alone, in peace, be",
    "a": (
        "thu hồi đồng ý, thu hồi sự đồng ý, rút đồng ý, rút lại đồng ý, remove me, remove us, delete me, take me "
        "off, take us off, count me out, tha cho, leave me alone, lose my "
        "number, get lost, go away, piss off, fuck off, buông tha, miễn tiếp"
    ),
    "z": "no calls, no texts, no messages, no sms, no spam, no contact, no call, no text",
    # Z: a limit of time
    "Z": (
        "trưa, buổi trưa, sáng, chiều, tối, đêm, khuya, sớm, muộn, bây giờ, giờ này, giờ nghỉ, giờ, lúc, lúc này, "
        "khi, hôm nay, hôm, mai, ngày mai, vội, chủ nhật, cuối tuần, thứ bảy, thứ hai, tuần, tháng, tết, mùa, ban "
        "đêm, ban ngày, buổi, trước khi, sát, sau, tạm thời, now, today, tonight, tomorrow, night, later, morning, "
        "evening, noon, while, when, during, at, hiện tại, hiện giờ, gấp, liền, trưa nay, tối nay, chiều nay, sáng "
        "nay, sau 8"
    ),
    # A: it asks, or tells of others
    "A": "à, hả, ư, sao, sao mà, tại sao, vì sao, ai, có phải, chưa, why, did, nếu, giám đốc cũ",
    # w: others, and what is sent among them: of these people tell
    "w": (
        "xã, huyện, tỉnh, cán bộ, can bo, chính quyền, nhà nước, ủy ban, ubnd, htx, hợp tác xã, dân, bà con, ngân "
        "hàng, doanh nghiệp, công ty, giám đốc, lãnh đạo, thương lái, tổng đài, văn bản, hồ sơ, giấy, giấy mời, giấy "
        "tờ, công văn, báo cáo, email, bưu điện, thư điện tử, họp, đường dây, đường, nạn, giá điện, tiền điện, cắt "
        "điện, cấp điện, mất điện, đất, phí, thuế, quỹ, tiền, đơn, xe, gửi giấy, họ, nó, bên mua, bên bán, khách, "
        "khách hàng, người mua, đối tác, tắt điện, tắt nước, tắt máy, tắt bơm, bên kia, they, he, she, buyer, "
        "buyers, trader, traders, bank, customers"
    ),
    # t: to answer, to take part; unwilling, but no word about contact
    "t": "trả lời, tham gia, trả lời tin nhắn, trả lời cuộc gọi, reply",
    # h: to ask
    "h": "hỏi, hỏi han, hỏi thăm, ask, asking",
    # NW: in one phrase; f: to do
    "NW": "hết muốn, hết thích, hết cần, chẳng thiết, không thiết, không màng, không ham, đâu muốn, đâu cần",
    "f": "làm, do",
    # v: enough of it
    "v": "vừa thôi, vừa vừa thôi, vừa phải thôi, ít thôi, vừa vừa",
    # I: figures
}  # fmt: skip

FIRST_WORDS = frozenset(
    (word,)
    for word in ("stop", "stopall", "unsubscribe", "unsubcribe", "optout", "opt-out", "revoke", "tc", "tuchoi", "huydk")
)
"""They end contacts as the first word, whatever follows: laws and carriers know them, and so do our own texts."""

FIRST_PAIRS = frozenset({("opt", "out"), ("stop", "all"), ("huy", "dk")})
"""The same as two words."""

FIRST_HELD = frozenset({("end",), ("quit",), ("cancel",)})
"""Carriers know these as well, but alone: with more behind them they are asked back."""

BEFORE_FIRST = frozenset(
    ("da", "vang", "xin", "please", "pls", "ok", "lam", "on", "toi", "em", "minh", "nhan", "soan", "gui")
)
"""What may stand before the first word: courtesies, and "I text" (our own texts say: nhắn TC)."""

SPLITTING = frozenset({"vì", "nhưng", "kẻo", "bởi", "because", "but", "nhung", "tại"})
"""A clause ends before them."""

NO_BREAK_BEFORE = frozenset({"tin", "cuoc", "so", "loi", "thong", "noi"})
"""Bare `nhung` before them is những (the), not nhưng (but)."""

RELATING = frozenset(
    {"the", "a", "an", "in", "of", "at", "for", "with", "by", "between", "during", "after", "since", "due", "into"}
)
"""Words by which an English sentence goes on to other things."""

LAW_WORD = "unsubscribe"

LOST_LETTERS: Mapping[str, str] = {
    "dug": "dung", "đug": "đừng", "đừg": "đừng", "dừg": "dừng", "khôg": "không", "khog": "khong", "nug": "nua",
    "đừn": "đừng", "muom": "muon", "mún": "muốn", "mun": "muốn", "đừ": "đừng", "kog": "khong", "ngug": "ngung",
    "ngưg": "ngưng", "ngừg": "ngừng", "nhắ": "nhắn", "nhậ": "nhận", "đg": "đừng", "đùng": "đừng", "nhan'": "nhan",
    "dg": "dung",
}  # fmt: skip
"""Slips of the thumb and teencode of the words that decide."""
