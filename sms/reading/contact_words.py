"""Words of the wish to be left alone, each with the sign that the grammar of `sms.reading.contact_wishes` reads it as.

With marks a word is what it says; without marks it may be several (dung: don't, stop, right, a man's name), and has a
sign of its own. It must not know how signs stand together.
"""

from __future__ import annotations

from collections.abc import Mapping

from sms.reading.contact_topics import TOPICS

VOCABULARY: Mapping[str, str] = {
    # D: not to do it, an order
    "D": (
        "không nên, cấm tiệt, nghiêm cấm, đừng hòng, đừng mong, xin chớ, đừng, đừng có, đừng có mà, đừng bao giờ, "
        "chớ, chớ có, cấm, cấm không được, khỏi, khỏi cần, miễn, bớt, không được, không được phép, "
        "không bao giờ được, tuyệt đối không, do not ever"
    ),
    # ~D: the same in English, where it follows whom it tells of (they never call)
    "~D": "don't, dont, don t, do not, never, do not ever",
    # DP: in one phrase
    "DP": (
        "đừng phá, đừng có phá, khỏi phá, đừng phiền, thôi phiền, khỏi phiền, đừng có phiền, đừng có mà phiền, "
        "chớ phiền, chớ có phiền, khỏi làm phiền"
    ),
    "Dh": "khỏi nói, đừng nói, khỏi nói nữa, đừng nói nữa, đừng có nói",
    # d: without marks an order, or dừng, đúng, Dũng
    "d": "dung, dung co, dung co ma, dung bao gio, dung lai, dung han, dung ngay",
    # N: no
    "N": (
        "không, không còn, hông có, hổng có, không hề, hông, hổng, hỏng, hong, hok, hem, hẻm, hẽm, hôn, ko, k, kh, "
        "kg, khg, hk, kô, không bao giờ, chẳng bao giờ, chẳng, chả, chẳng còn, nỏ, mô có, đéo, đếch, éo, méo, cóc, "
        "đ, no, not, no longer, không có"
    ),
    "NL": "cannot, can't, can not, cant, could not, couldn't",
    # W: to want, between no and what is not wanted
    "W": (
        "đồng thuận, đồng tình, tán thành, bằng lòng, ưng, ưa, khoái, thiết, mặn mà, hào hứng, muốn, thích, cần, "
        "cần phải, đồng ý, có nhu cầu, nhu cầu, chấp nhận, mong, mong muốn, cho phép, chịu, ham, hề muốn, còn muốn, "
        "want, wish, like, need, longer, agree, consent, tiện, quan tâm, có hứng, hứng, hứng thú, thèm, màng, "
        "hơi đâu, prefer, sẵn sàng, nhất trí, muốn có, interested, thik, thjk, rảnh rỗi"
    ),
    # b: what is done to us
    "b": "bị, to be, being",
    "Wb": "muốn được",
    # L: able; it turns "no" into "cannot"
    "L": "được, dc, đc, đươc, thể, nổi, kịp, thấy, biết, biết cách",
    # n: any; what was got or not got until now
    "n": "nào, lần nào, nào hết, nào cả",
    # S: to stop
    "S": (
        "ngắt, đình chỉ, thôi ngay, thôi ngay đi, nghỉ đi, thôi đi, nghỉ giùm, nghỉ dùm, nghỉ giùm cái, thôi giùm, "
        "dẹp, dẹp đi, dừng, dừng lại, dừng hẳn, ngừng, ngừng lại, ngưng, ngưng lại, chấm dứt, kết thúc, end, quit, "
        "cancel, hủy, hủy bỏ, revoke, withdraw, terminate, tắt, cease, discontinue, halt, enough with, enough of"
    ),
    # !S: English words that say nothing else
    "!S": "tc, stop, unsubscribe, unsubcribe, unsub, stopp, stpo, sotp, stopall",
    # s: without marks to cancel, or a man's name
    "s": "huy, huy bo",
    # T: enough; also only, and a particle
    "T": "thôi, thoii, nghỉ",
    # R: to refuse
    "R": (
        "cự tuyệt, kiếu, xin kiếu, tẩy chay, cắt liên lạc, cho out, xin out, từ chối, khước từ, phản đối, tuchoi, "
        "opt out, optout, tu chio, từ chôi, refuse, decline, opt me out, opt us out, opted out, want out, "
        "get me off, get us off"
    ),
    # X: to take off; K: to block
    "X": (
        "lược bỏ, trừ ra, chừa ra, out, xóa, xóa bỏ, xóa giùm, xóa giúp, gỡ, gỡ bỏ, loại, loại bỏ, bỏ, rút, rút lại, "
        "rút tên, remove, delete, take, erase, lấy, đưa, ra khỏi, rút khỏi, rời khỏi, gạch, gạch bỏ, loại trừ, "
        "bỏ qua, exclude, xoá, xoá bỏ"
    ),
    "XQ": "khỏi danh sách, ra khỏi danh sách",
    "K": "chặn, block, blacklist, blocking, blocked, chặn luôn, chặn hết, cho vào danh sách đen",
    # V: to contact
    "V": (
        "text or call, call or text, nháy máy, nhá máy, mess, msg, pm, nói chuyện, trò chuyện, gọi, gọi điện, "
        "gọi điện thoại, gọi đt, điện, điện thoại, alo, nhắn, nhắn tin, nhắn tin nhắn, nhắn gọi, gọi nhắn, "
        "gọi và nhắn, nhắn và gọi, nhắn hay gọi, gọi hay nhắn, nt, tn, gửi, gởi, liên lạc, liên hệ, text, texting, "
        "texted, contacted, called, messaged, reach out, call, calling, message, messaging, contact, contacting, "
        "phone, phoning, send, sending, sms, ib, inbox, zalo, khảo sát, phỏng vấn, survey, reach, ring, ringing, "
        "kêu tui, kêu tôi, kêu máy, giữ liên lạc, nhắn nhe, nhắc, nhắc lại, nhắn với gọi, gọi với nhắn, goij, gọ, "
        "nhna"
    ),
    # B: without marks to text or to receive
    "B": "nhan",
    "BC": "nhan tin, nhan tin nhan",
    # O: without weight here, but no courtesy
    "O": "ý kiến, có ý kiến, the end, in the end, đừng phiền lòng, đừng phiền não",
    # P: to bother
    "P": (
        "phá tôi, phá hoài, năn nỉ, nài nỉ, dụ dỗ, đeo bám, bám riết, giục, thúc giục, gây rối, chọc phá, tra tấn, "
        "hành hạ, oanh tạc, xâm phạm, moi móc, kiếm tôi, kiếm tui, tìm tôi, động tới tôi, đụng tới tôi, réo, kiu, "
        "kêu, réo gọi, làm rầy, quấy nhiễu, làm phiền, làm phiền phức, mất thời gian, làm mất thời gian, "
        "làm tốn thời gian, bám theo, dòm ngó, quấy rầy, quấy rối, quấy phá, quấy, phá rối, spam, khủng bố, bother, "
        "bothering, disturb, disturbing, harass, harassing, spamming, lm phiền, lam fien, làm fiền"
    ),
    # G: to receive; g: to hear or to read
    "G": "nhận, tiếp nhận, nhận được mấy, receive, receiving, get, getting",
    "gC": "nghe máy, nghe điện thoại, bắt máy",
    "g": "nghe, đọc, xem, hear",
    # C: what is received
    "C": (
        "bảng hỏi, phiếu hỏi, phiếu khảo sát, thăm dò, poll, questionnaire, robocall, robocalls, voicemail, link, "
        "tin, tin nhắn, tin nhan, sms, cuộc gọi, cuộc điện thoại, điện thoại, đt, tin tức, dịch vụ, thông tin, text, "
        "texts, call, calls, message, messages, subscription, spam, liên lạc, khảo sát, phỏng vấn, phiếu, quảng cáo, "
        "tự động, tin rác, rác, survey, surveys, qc, thông báo, thông điệp, bản tin, nội dung, notification, "
        "notifications, update, updates, chương trình, cuộc khảo sát, cuộc phỏng vấn, cuộc trò chuyện, vụ này, "
        "cái vụ này, chiến dịch, công việc, mấy cái này, ba cái này, mấy vụ này, mấy thứ này, cái này, mấy trò này, "
        "trò này, chuyện này, việc này, anything, tư vấn, lần khảo sát"
    ),
    # k: to be registered
    "k": "đăng ký, đăng kí, đk, dki, đki, signed up, sign up, subscribe, subscribed, ghi danh",
    # H: a number or a name on a list; Q: the list
    "H": (
        "số, số máy, số điện thoại, số đt, sđt, sdt, số phone, máy, tên, number, phone number, name, contact, "
        "số liên lạc, thông tin liên lạc, thuê bao, dữ liệu, dữ liệu cá nhân, thông tin cá nhân, thông tin liên hệ, "
        "số cá nhân, số riêng, số nội bộ, tên tuổi, liên hệ của tôi, data, details"
    ),
    "Q": "danh sách, list, lists, danh bạ, hệ thống, database, cơ sở dữ liệu, danh mục, mailing list",
    # E: any more; e: from now on
    "E": (
        "lần nữa, thêm lần nữa, một lần nữa, tiếp, further, nữa, nx, nữa đâu, anymore, any more, again, more, nua, "
        "nửa, nữaa, tiếp tục, thêm nữa, thêm lần nào nữa"
    ),
    "e": (
        "bữa sau, đợt sau, kỳ sau, lần kế, from now on, sau ni, năm sau, từ nay, từ giờ, từ hôm nay, từ bây giờ, "
        "từ mai, lần sau, sau này, về sau, bao giờ, mãi mãi, vĩnh viễn, hẳn, lần tới, mai mốt, mốt, ever, từ rày, "
        "kể từ nay, từ giờ trở đi, từ nay trở đi, từ nay về sau"
    ),
    # l: once more
    "l": "lại, back",
    # M: those who talk, and prepositions before them
    "M": (
        "bả, ổng, mợ, thím, dượng, cụ, ba má, ông xã, bà xã, mẹ tôi, our cooperative, người dân, tôi, tui, em, anh, "
        "chị, chú, cô, bác, ông, bà, cháu, con, mình, tao, tau, tớ, bố, mẹ, cậu, dì, bọn tôi, chúng tôi, chúng tao, "
        "bọn tao, bọn tui, tụi tui, bầy tui, anh chị, ông bà, các anh, các chị, các anh chị, người già, người mất, "
        "các bạn, bạn, mày, bọn mày, chúng mày, quý vị, quý cơ quan, quý đơn vị, bên anh, bên mình, bên bạn, bên em, "
        "cơ quan, các ông, cho, tới, đến, vào, vô, với, của, này, đây, nay, me, my, i, us, our, you, your, this, to, "
        "here, từ, on, from, e, a, c, t, nhau, mấy người, mấy anh, mấy chị, người ta, nhà tôi, gia đình tôi, mk, "
        "mik, mh, mih, mềnh, bn, ae, tụi mình, tụi em, tụi tôi, người nhà, thân tôi, phone, trong, gia đình, đơn vị, "
        "cơ quan tôi, htx tụi tui, qua, dưới, như thế này, như vậy, như này, thế này, kiểu này, kiểu đó, cá nhân, "
        "riêng, nội bộ, các người, mấy ông, mấy cưng, tụi bây, bây, mi, người khác, ba, má, with, i'm, i'll, im, "
        "i'd, i've, số mấy ông, htx tôi, htx em, htx mình, htx chúng tôi, hợp tác xã tôi, hợp tác xã mình, "
        "hợp tác xã chúng tôi, đơn vị tôi, đơn vị mình, đơn vị chúng tôi"
    ),
    # i: an order or a plea follows
    "i": (
        "đề nghị, kính đề nghị, yêu cầu, vui lòng, xin vui lòng, làm ơn, xin, mong, nhờ, please, pls, plz, kindly, "
        "could you, can you, would you, đã bảo, đã nói là, said, đã nói, bảo, nói là, xin phép, xin được, "
        "làm ơn làm phước, lần cuối, hãy, vl, kính mong, xin hãy, đòi"
    ),
    # F: courtesies and other words without weight
    "F": (
        "vs, liền, gấp, nhak, nhaa, nghe hông, hết trơn, hết ráo, trơn, thiệt, thật sự, thiệt tình, mô, hè, tề, ri, "
        "ni, or, in, for, about, just, really, di động, hay sao, dạ, vâng, ạ, nhé, nhe, nha, nhá, nghe, nghen, "
        "nghe em, ơi, thưa, đi, đâu, thêm, giùm, giúp, dùm, hộ, ngay, luôn, hết, việc, mọi, các, mấy, những, "
        "toàn bộ, tất cả, sự, ra, cả, và, cảm ơn, cám ơn, cam on, xin cảm ơn, xin cám ơn, trân trọng, ok, oke, "
        "thanks, thank you, thank, tks, ty, kính, chào, trên, ở, bởi, là, all, now, sir, off, of, the, these, those, "
        "any, it, please, immediately, rồi mà, mà, đó, đấy, thì, phép, thông cảm, mong thông cảm, nhỉ, loại, "
        "hình thức, kiểu, bất kỳ, bất cứ, am, would, trước, những cái, cái, rather, h, r, phát, nhoa, nhen, hí, hỉ, "
        "lẹ, use, using, thực hiện, linh tinh, mấy cái, mọi hoạt động, hoạt động gửi, would be, á, hen, hén, ha, nè, "
        "trời, trời ơi, ui, ê, cưng, với, chứ, chớ bộ, à nha, mất công, nhưng, nên, tuy nhiên, and, but, hay, kẻo, "
        "sử dụng, lưu, thu thập, xử lý, lưu giữ, lưu trữ, cung cấp, đã từng, else, asap, nghe chưa, are, is, was, "
        "những chuyện, chuyện, hành vi, bất kể, lý do, có, ik, dùm cái, giùm cái, trò, cái trò, giùm tôi, "
        "ngay lập tức, lập tức, ngay đi"
    ),
    # r: when; it makes a fact of an order
    "r": "rồi, còn, đã, sẽ, đang, vẫn, cứ, tạm, cũng",
    # U: complaints
    "U": (
        "phiền quá, mần, mần chi, mần gì, phiền, mệt, quá, lắm, suốt, mãi, thế, gì, chi, rứa, nhiều, nhầm, lộn, vậy, "
        "rảnh, bậy, bệnh, đồ, lừa đảo"
    ),
    # u: annoyance, and what goes on and on
    "u": (
        "chán, ghét, nhiều quá, lắm thế, quá đáng, quá thể, trơ trẽn, mặt dày, nhây, phát chán, sôi máu, nóng máu, "
        "tức mình, cáu, chịu hết nổi, hết chịu nổi, khổ quá, tối ngày, ngày đêm, cả đêm, sáng tối, bao nhiêu lần, "
        "mấy lần rồi, quá trời, bực, bực mình, mắc mệt, hoài, miết, riết, bực quá, vớ vẩn, phiền phức, "
        "tốn thời gian, đã bảo rồi, đã bảo rồi mà, đã nói rồi, đã nói rồi mà, ớn, ớn quá, mệt muốn chết, mệt xỉu, "
        "dữ vậy, dữ thần, oải, nản, bực bội, phát mệt, phát bực, nhức óc, rát tai, phiền vl, mệt vl, mệt r, "
        "phiền vãi, had enough, unwanted, unsolicited, không làm ăn gì được, không làm ăn được, không ngủ được, "
        "không yên, suốt đêm, đêm hôm, liên tục, suốt ngày, cả ngày, ức chế, ồn, nhức đầu, nhức cả đầu, đau đầu, "
        "điếc tai, điếc, mệt quá, mệt ghê, mệt lắm, mệt lắm rồi, phiền lắm, phiền thiệt, phiền chết, "
        "phiền chết đi được, chết đi được, phiền ghê, phiền thật, ngày nào cũng, rầy rà, khó chịu, hết kiên nhẫn, "
        "dai, dai như đỉa, lải nhải, ám, ngán, ngán quá, chán ngấy, chán quá, mất ngủ, annoying, annoyed, tired, "
        "sick of, fed up, nuisance, ngày gọi mấy lần"
    ),
    # j: insults
    "j": (
        "điên, điên à, khùng, rảnh quá, vô duyên, mất dạy, lì, lì quá, bất lịch sự, đm, dcm, đcm, vcl, thần kinh, "
        "hâm, đồ điên, mất nết, cái lũ, cái bọn, bị rảnh, rảnh háng, rảnh hả, rảnh à, rảnh ghê, rảnh dữ"
    ),
    "uV": "keep calling, keep texting, keep messaging, keep contacting",
    # x: away with you
    "x": (
        "biến hết, cút hết, cút hết đi, cút ngay, xéo ngay, phắn, phắn đi, stfu, fuck you, im đi, im mồm, im miệng, "
        "câm mồm, câm miệng, câm đi, cút đi, cút xéo, xéo, xéo đi, biến đi, biến ngay, lượn, lượn đi, nín đi, "
        "shut up, buzz off, back off, go to hell"
    ),
    # p: who gave you my number; what is private
    "p": (
        "ai nhờ, ai khiến, ai mượn, ai thèm, ai rảnh, ai cần, ai cho phép, ai cho số, ai đưa số, ai cho mày, "
        "ai cho mấy, ai cho các, ai cung cấp số, lấy số ở đâu, lấy số đâu, số ở đâu ra, who gave you, "
        "how did you get my, quyền riêng tư, sự riêng tư, riêng tư, đời tư, privacy, để cho người ta sống"
    ),
    # c: to choose an option
    "c": "chọn, chọn số, choose, bấm số",
    # J: threats
    "J": (
        "kiện, báo công an, công an, tố cáo, chửi, đánh, khiếu nại, thưa kiện, trình báo, đập máy, báo cơ quan, "
        "báo nhà mạng, báo cáo số, police, sue, report, phản ánh lên, cút, biến"
    ),
    # q … y: to leave in peace; a: the same in one phrase; z: the same alone
    "q": "để, hãy để, let, leave",
    "y": "yên lành, yên, được yên, yên thân, yên ổn, bình yên, thanh thản, alone, in peace, be",
    "a": (
        "thu hồi đồng ý, thu hồi sự đồng ý, rút đồng ý, rút lại đồng ý, remove me, remove us, delete me, "
        "take me off, take us off, count me out, tha cho, leave me alone, lose my number, get lost, go away, "
        "piss off, fuck off, buông tha, miễn tiếp"
    ),
    "z": "no calls, no texts, no messages, no sms, no spam, no contact, no call, no text",
    # Z: a limit of time
    "Z": (
        "trưa, buổi trưa, sáng, chiều, tối, đêm, khuya, sớm, muộn, bây giờ, giờ này, giờ nghỉ, giờ, lúc, lúc này, "
        "khi, hôm nay, hôm, mai, ngày mai, vội, chủ nhật, cuối tuần, thứ bảy, thứ hai, tuần, tháng, tết, mùa, "
        "ban đêm, ban ngày, buổi, trước khi, sát, sau, tạm thời, now, today, tonight, tomorrow, night, later, "
        "morning, evening, noon, while, when, during, at, hiện tại, hiện giờ, trưa nay, tối nay, chiều nay, "
        "sáng nay, sau 8"
    ),
    # A: it asks, or tells of others
    "A": "à, hả, ư, sao, sao mà, tại sao, vì sao, ai, có phải, chưa, why, did, nếu, giám đốc cũ",
    # w: others, and what is sent among them: of these people tell
    "w": (
        "xã, huyện, tỉnh, cán bộ, can bo, chính quyền, nhà nước, ủy ban, ubnd, dân, bà con, ngân hàng, doanh nghiệp, "
        "công ty, giám đốc, lãnh đạo, thương lái, tổng đài, văn bản, hồ sơ, giấy, giấy mời, giấy tờ, công văn, "
        "báo cáo, email, bưu điện, thư điện tử, họp, đường dây, đường, nạn, giá điện, tiền điện, cắt điện, cấp điện, "
        "mất điện, đất, phí, thuế, quỹ, tiền, đơn, xe, gửi giấy, họ, nó, bên mua, bên bán, khách, khách hàng, "
        "nông trường, người mua, đối tác, tắt điện, tắt nước, tắt máy, tắt bơm, bên kia, they, he, she, buyer, "
        "buyers, trader, traders, bank, customers, "
        + TOPICS
    ),
    # Y: the cooperative, which may be who writes
    "Y": "htx, hợp tác xã",
    # t: to answer, to take part; unwilling, but no word about contact
    "t": "trả lời, tham gia, trả lời tin nhắn, trả lời cuộc gọi, reply, rep, hợp tác, phản hồi",
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
    "dg": "dung", "z": "vậy", "j": "gì", "tl": "trả lời", "zay": "vay", "thui": "thôi", "thoy": "thôi",
    "quài": "hoài", "wài": "hoài", "phìn": "phiền", "fiền": "phiền", "fien": "phien", "zì": "gì", "zậy": "vậy",
    "ng": "người", "wá": "quá", "wa": "qua", "lun": "luôn", "iu": "yêu", "thik": "thích",
}  # fmt: skip
"""Slips of the thumb and teencode of the words that decide."""
