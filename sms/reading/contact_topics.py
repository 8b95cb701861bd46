"""What cooperatives write about when they do not write about us: land, loans, goods, authorities, their papers.

Beside one of these a verb of refusing or stopping tells of business, so that unknown words may count for nothing
wherever none of these stands (`sms.reading.contact_wishes`). It must not know how wishes are worded.
"""

from __future__ import annotations

TOPICS = ", ".join(
    (
        # authorities, offices and people of a cooperative
        "xã viên, phòng nông nghiệp, chi cục, thanh tra, đoàn kiểm tra, kiểm tra, đoàn, công an xã, ra tòa, "
        "chủ tịch, chủ nhiệm, kế toán, ban quản trị, thành viên, liên minh, cấp trên, chính phủ, trung ương, "
        "điện lực, công ty nước, bảo hiểm, kiểm lâm, thủy nông, hội đồng, thôn, trưởng thôn, hải quan, "
        "quản lý thị trường, đại biểu",
        # those who buy and sell
        "lái, lái thương, lái vườn, chủ vựa, đại lý, nhà máy, siêu thị, bên thu mua, bên vận chuyển, hộ dân, "
        "nông hộ, đa cấp, chủ hàng, nhà thầu, tư thương, người bán, nhà cung cấp, hàng xóm, xưởng, cơ sở xay xát, "
        "tài xế",
        # goods, crops, animals and tools
        "lúa, gạo, mía, rau, trái cây, tôm, cá tra, nuôi cá, heo, lợn, con bò, vịt, nuôi ong, cà phê, hồ tiêu, "
        "cao su, phân bón, phân giả, cây giống, con giống, công ty giống, thuốc trừ sâu, phun thuốc, vật tư, "
        "hàng hóa, nhận hàng, hết hàng, giao hàng, nông sản, sản phẩm, mùa màng, vụ mùa, vụ đông, vụ hè thu, "
        "máy bơm, máy cày, máy gặt, thức ăn, chăn nuôi, lò mổ, rơm rạ, thuốc, bao tiêu, đơn hàng, đặt hàng, dưa, "
        "chè, sầu riêng",
        # money
        "vay, vốn, nợ, lãi, tiền, phí, thuế, hỗ trợ, đền bù, bồi thường, trợ cấp, ưu đãi, thế chấp, khoản, công nợ, "
        "đặt cọc, bỏ cọc, lương, ép giá, giá lúa, báo giá, trả giá, giá thấp, thu quỹ, nộp phạt, nộp",
        # land, water, roads and woods
        "đất, ruộng, kênh, mương, cống, đê, đường đê, cầu đường, qua cầu, đường làng, trạm bơm, nước, rừng, cát, "
        "đập, thủy lợi, đồng ruộng, xả lũ, xả nước, xả thải, thiên tai, lũ, hạn, mặn, ruộng đất, đường xá, chợ, "
        "dịch bệnh",
        # papers and procedures
        "hợp đồng, thủ tục, kế hoạch, dự án, phương án, quyết định, quy định, khoản vay, liên kết, nghị quyết, "
        "kiến nghị, sổ sách, sổ đỏ, bàn giao, chỉ tiêu, họp hành, bao cấp, tranh chấp, quy hoạch, giấy phép, "
        "chứng nhận",
        # what is done in business
        "bán, mua, thu mua, bị mua, thu hồi, thu phí, thu tiền, nuôi, trồng, cấy lúa, sản xuất, sáp nhập, góp vốn, "
        "khai thác, hoạt động, quá tải, xe tải, lấn chiếm, đóng góp, làm giám đốc, thu gom, xuất khẩu, vận chuyển, "
        "làm khó, gây khó, hạch sách, sách nhiễu, quan liêu, trộm, trễ hẹn, giao đất, đơn từ, gửi đơn",
        # questions of ours, and slips with them
        "câu, cau, câu này, cau nay, câu hỏi, câu trả lời, xóa nhầm, chặn nhầm, bấm nhầm, lỡ xóa, lỡ tay, kết quả, "
        "bị lừa, đừng quên, đừng lo, đừng sợ, đừng cúp, đừng tắt máy, don't forget, don't worry, don't hesitate, "
        "phiếu thu, gây phiền hà, phiền hà, chính sách, tin nhắn lừa đảo, tin lừa đảo, chế biến, tin nhắn rác, "
        "giải thích, điện cúp, cúp điện, gửi nhầm, nhắn nhầm, chặt phá, phá rừng, hộ nghèo, nghèo, không ngại, "
        "đừng ngại, không vấn đề",
        # English
        "loan, loans, land, tax, taxes, fee, fees, contract, contracts, fertilizer, rice, shrimp, pig, pigs, water, "
        "electricity, power, market, subsidy, subsidies, harvest, farm, farming, farmer, farmers, road, roads, dam, "
        "dams, company, union, office, officials, official, district, province, credit, mining, fishing, illegal, "
        "cooperative, government, price, prices, crop, crops, production, product, products, drought, money, nobody, "
        "no one, commune, seeds, pesticide, fish, cattle, invoice, bridge, flood, delivery, orders, order",
    )
)
"""Phrases that tell of business."""
