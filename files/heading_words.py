"""The words of headings as patterns over folded text (`columns.fold`). Data.

Base nouns with their roles ("điện thoại" + "giám đốc") rather than every wording that was ever seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

_BODY = (
    r"(?:to chuc|htx|hop tac xa|don vi|co so|quy(?: tin dung| td)?(?: nhan dan| nd)?|qtd(?:nd)?|tdnd"
    r"|lien hiep(?: htx| hop tac xa)?|lhhtx|to hop tac|tht|to chuc kttt|doanh nghiep|phap nhan)"
)
_BODIES = rf"(?:(?:cac )?{_BODY}(?: (?:hoac |va )?{_BODY})*)"
_ROLE = (
    r"(?:(?:tong )?giam doc|tgd|gd|chu tich|ct|chu nhiem|cn|to truong|thu truong|lanh dao|dai dien"
    r"|(?:nguoi|ng) (?:dai dien|quan ly|dung dau|lanh dao|phu trach|lien he|dieu hanh|tra loi)|nguoi dd|ndd)"
)
_ROLES = (
    rf"(?:{_ROLE}(?: (?:hoac |va )?{_ROLE})*(?: (?:hdqt|hoi dong quan tri|hdtv|phap luat|theo phap luat|phap ly|tctv))*"
    rf"(?: (?:cua )?{_BODIES})?(?: {_ROLE})?)"
)
_WHOSE = rf"(?: (?:cua )?(?:{_ROLES}|{_BODIES}))"
_LEVEL = r"(?:xa|phuong|thi tran|tt|dac khu|dk|p|x)"
_COOP = r"(?:co ?operatives?|co ?ops?|organi[sz]ations?)"
_HEAD = r"(?:director|manager|chair(?:man|person|woman)?|legal representative|representative|contact person|head)"
_FULL_NAME = r"(?:ho va ten|ho ten|ho va ten dem|ten|danh tinh|quy danh)"

FIELDS: Mapping[str, Sequence[str]] = {
    "ordinal": (r"stt|s t t|tt|so tt|so thu tu|thu tu|no|so",),
    "password": (r"(?:mat khau|mk|pass|password)(?: dang nhap)?",),
    "login": (r"(?:ten dang nhap|tai khoan|ten tai khoan|user ?name|user|login)(?: dang nhap)?",),
    "tax_number": (
        rf"mst|ma(?: so)? (?:thue|dn|doanh nghiep|mst){_WHOSE}?|(?:ma )?so dkkd|(?:so|ma so) dang ky kinh doanh"
        r"|mst ms(?:dn|htx)|msdn|tax (?:code|id|no|number|identification number)|tin",
    ),
    "fax": (r"(?:so )?fax",),
    "website": (r"web(?:site)?|trang (?:web|thong tin)(?: dien tu)?|facebook",),
    "note": (r"ghi chu(?: khac)?|luu y|notes?|remarks?|comments?|y kien|nhan xet",),
    "capital": (
        r"(?:tong )?(?:so )?von(?: dieu le| gop| luu dong)?|doanh thu|loi nhuan|tong tai san|(?:charter )?capital",
        r"revenue|profit",
    ),
    "labour": (r"(?:tong )?(?:so |so luong )?(?:lao dong|nguoi lao dong|ld|nhan vien|can bo)(?: thuong xuyen)?",),
    "founded_in": (
        r"nam (?:thanh lap|tl|dang ky|cap|bat dau|hoat dong)",
        r"(?:year )?(?:founded|established) in|year (?:founded|established|of establishment)",
    ),
    "area_number": (r"ma (?:xa|phuong|xa phuong|phuong xa|huyen|dvhc|don vi hanh chinh|buu chinh)",),
    "hamlet": (
        r"(?:thon|ap|xom|ban|lang|buon|khom|khu pho|to dan pho)"
        r"(?: (?:thon|ap|xom|ban|lang|buon|khom|khu pho|to dan pho))*",
    ),
    "born": (
        r"(?:ngay thang )?nam sinh|ngay sinh|gioi tinh|cccd|cmnd|so cccd|so cmnd|dan toc|trinh do(?: chuyen mon)?",
    ),
    "licence": (r"so (?:giay phep|gcn|gcndk|quyet dinh|qd|giay chung nhan).*|noi cap(?: .*)?|co quan cap(?: .*)?",),
    "surname": (r"ho|ho dem|ho va ten dem|ho va dem|ho lot",),
    "registry_code": (
        rf"(?:ma|ma so|so hieu) (?:{_BODIES}|dang ky(?: {_BODIES})?|dk(?: {_BODIES})?|dinh danh(?: {_BODIES})?)",
        rf"so dang ky(?: {_BODIES})?|ma (?:khach hang|ho so|nhan dien)|id(?: {_BODIES})?|ma id",
        rf"mshtx|(?:{_COOP} )?(?:reg(?:istration|istry)?|id|code) (?:no|number|code)|{_COOP} (?:id|code)",
    ),
    "short_name": (
        rf"ten (?:viet tat|tat|ngan|ngan gon|goi tat|rut gon|thuong goi|giao dich)(?: (?:cua )?{_BODIES})?",
    ),
    "name": (
        rf"ten(?: (?:day du|goi|chinh thuc|phap ly|tieng viet))?(?: cua)? {_BODIES}(?: (?:day du|tieng viet))?",
        rf"(?:danh sach (?:cac )?)?{_BODIES}|ten day du|ten goi(?: day du)?|ten chinh thuc",
        rf"(?:(?:full |official )?name of (?:the )?)?{_COOP}(?: (?:full |official )?name)?",
    ),
    "bare_name": (r"ten",),
    "leader": (
        rf"{_FULL_NAME}(?: cua)? {_ROLES}|{_ROLES}(?: {_FULL_NAME})?|ho va ten|ho ten",
        rf"{_FULL_NAME} {_ROLES} {_BODIES}|(?:nguoi )?(?:dai dien|dd) pl",
        rf"(?:(?:full )?name of (?:the )?)?{_HEAD}(?: s)?(?: (?:full )?name)?",
    ),
    "position": (rf"(?:chuc vu|chuc danh)(?: (?:cua )?{_ROLES})?",),
    "phone": (
        r"(?:(?:so|s) )?(?:dien thoai|d thoai|dt|sdt|so dt|so dtdd|dtdd|tel|phone|mobile|di dong|dien thoai dd"
        r"|hotline|zalo|dt zalo|may ban|may|lien he|lien lac|hotline zalo|tele)(?: (?:di dong|dd|ban|co dinh|cd|lien he"
        r"|lien lac|ca nhan|co quan|cq|vp|van phong|nha rieng|zalo|chinh|truc tiep|thuong dung|so|cam tay))*"
        rf"{_WHOSE}?",
        rf"(?:so )?(?:dien thoai|dt|sdt|so dt) (?:va )?(?:zalo|fax){_WHOSE}?",
        rf"(?:{_HEAD} (?:s )?)?(?:(?:cell|mobile|contact|hand) ?)?"
        r"(?:tele)?(?:phone|mobile|cell|tel)(?: (?:no|numbers?))?",
        r"contact (?:no|number)",
    ),
    "email": (
        r"(?:dia chi )?(?:e ?mail|thu dien tu|hom thu(?: dien tu)?|gmail|mail)"
        rf"(?: (?:lien he|cong vu|ca nhan))?{_WHOSE}?",
    ),
    "commune": (
        rf"(?:ten |thuoc |cap )?{_LEVEL}(?: {_LEVEL})*|dia ban(?: {_LEVEL})*(?: hoat dong)?|(?:don vi hanh chinh|dvhc)"
        rf"(?: cap)? {_LEVEL}|cap xa|(?:commune|ward)(?: (?:commune|ward|name))*",
    ),
    "district": (
        r"(?:ten |thuoc |cap )?(?:quan|huyen)(?: (?:quan|huyen|thi xa|tx|thanh pho|tp|tpho|thuoc tinh))*|q huyen|q h",
        r"thi xa|(?:thi xa|tx|tp|thanh pho) (?:huyen|quan).*|cap huyen",
    ),
    "province": (
        r"(?:ten |thuoc |cap |ma )?(?:tinh|tp|thanh pho)(?: (?:tinh|tp|thanh pho|thanh))*|tinh thanh pho",
        r"(?:city|province)(?: (?:city|province))?",
    ),
    "address": (
        rf"(?:dia chi|d chi|dc|d c|noi (?:dat|dong) tru so|tru so)"
        rf"(?: (?:tru so(?: chinh)?|chinh|lien he|chi tiet|cu the|thuong tru"
        rf"|hoat dong|kinh doanh|day du|van phong|noi|lam viec|dat)(?: {_BODIES})?)*(?: (?:cua )?{_BODIES})?",
        r"noi hoat dong|dia diem(?: tru so)?",
        r"head ?office(?: address)?|(?:registered |office )address",
    ),
    "member_count": (
        rf"(?:tong(?: so)?|so|so luong|sl|tong so luong) (?:thanh vien|tv|xa vien)(?: (?:hien co|tham gia|chinh thuc))?"
        rf"(?: (?:cua )?{_BODIES})?",
        r"(?:total )?(?:no|number) of members|total members|members? (?:count|total)",
    ),
    "member_or_count": (r"thanh vien|tv",),
    "founded_on": (
        r"(?:ngay|ngay thang|ngay thang nam|thoi gian|thoi diem) (?:thanh lap|tl|cap|dang ky|dk)"
        r"(?: (?:gcn|giay|phep|chung nhan|lan dau|lan \d|dkkd|kinh doanh|htx|so|hop tac xa|ma so thue))*",
        r"thanh lap(?: ngay)?|date (?:founded|established|of establishment)|(?:established|founded) on|established",
    ),
    "member": (
        r"(?:la |co phai |co la )*(?:thanh vien|tv|hoi vien)(?: (?:cua|thuoc))?(?: (?:lien minh|lm|lmhtx|vca|htx"
        r"|hop tac xa|tinh|viet nam|vn|thanh pho))+(?: hay khong| khong)?",
        r"(?:la|co phai|co la)(?: la)? (?:thanh vien|hoi vien|tv)",
        r"(?:da )?(?:gia nhap|tham gia|vao|ket nap)(?: vao)? (?:lien minh|lmhtx|lm)(?: (?:htx|hop tac xa|tinh))*"
        r"|tu cach thanh vien|(?:vca |is (?:a )?)?member(?: of (?:the )?(?:vca|alliance|union))?|membership",
    ),
    "active": (
        rf"(?:trang thai|tinh trang|hien trang|tinh hinh|thuc trang)(?: (?:hoat dong|phap ly|hien nay|ton tai"
        rf"|(?:cua )?{_BODIES}))*|(?:con|dang|co|van) hoat dong|hoat dong(?: khong| hay khong)?",
        r"(?:tinh trang|trang thai|tt) (?:hd|hoat dong)",
        r"(?:dang|con) (?:hd|hoat dong) (?:hay |da )?ngung(?: (?:hd|hoat dong))?",
        r"operat(?:ing|ion|ional) status|activity status",
    ),
    "inactive": (r"(?:da |tam |dang )?(?:ngung|ngung hoat dong|ngung hd|giai the|dung hoat dong|khong hoat dong)",),
    "kind": (
        rf"loai(?: to chuc| {_BODIES}| hinh to chuc| hinh {_BODIES})?|nhom to chuc|loai hinh tc"
        rf"|type(?: of {_COOP})?|{_COOP} type",
    ),
    "sector": (
        r"(?:loai hinh|linh vuc|nhom nganh|khu vuc|nhom)(?: (?:hoat dong|san xuat|sx|kinh doanh|kd|chinh|nganh nghe|htx"
        r"|kinh te|sxkd))*|nn pnn|field(?: of activity)?",
    ),
    "activity": (
        r"(?:nganh|nganh nghe|nghe|san pham|nganh hang|dich vu)(?: (?:nghe|hoat dong|san xuat|sx|kinh doanh|kd|chinh"
        r"|linh vuc|sxkd|chu luc|dang ky))*|lines? of business|main activit(?:y|ies)|products?",
    ),
}
"""Field → patterns of its headings without facet and explanation. A pattern is matched as a whole."""

_MERGED = r"(?: (?:sap nhap|sat nhap|sap xep|hop nhat|chia tach|thay doi|chuyen doi|dvhc|don vi hanh chinh|tinh|xa))*"
FACETS: Mapping[Literal["old", "new", "other"], Sequence[str]] = {
    "old": (
        r"(?:truoc|cu)(?: (?:day|kia|khi|ngay|thang|nam|thoi diem))*" + _MERGED + r"(?: \d+)*",
        r"nguyen|cuu|tien nhiem|da nghi|nhiem ky truoc|(?:dvhc |don vi hanh chinh )?(?:3|ba) cap",
        r"old|former(?:ly)?|previous|prior|before(?: (?:the|merger|\d+))*",
    ),
    "new": (
        r"(?:sau|moi)(?: (?:khi|ngay|thoi diem|nhat))*" + _MERGED + r"(?: \d+)*",
        r"hien (?:nay|tai|hanh)|duong nhiem|tu(?: ngay)?(?: \d+)+|(?:dvhc |don vi hanh chinh )?(?:2|hai) cap",
        r"new|current|present|after(?: (?:the|merger|\d+))*|(?<!den )(?<!nam )(?<!hien )nay(?: la)?",
    ),
    "other": (
        r"nam (?:19|20)\d\d|(?:19|20)\d\d|(?:dau|cuoi|dau nam|cuoi nam) (?:nam|ky)(?: \d+)?",
        r"(?:(?:trong do |la |so )?(?:nu|nam)(?: gioi)?)|(?:fe)?males?|(?:wo)?men",
        r"du kien|ke hoach|muc tieu|ket nap|tang(?: them| moi)?|giam(?! doc)|bo sung|lien ket|vang lai|tre",
        r"dan toc(?: thieu so)?|dtts|(?:ho )?(?:can )?ngheo|phap nhan|ho gia dinh|gop von|bao hiem|thanh nien",
        r"(?:cua )?(?:ke toan(?: truong)?|thu quy|thu ky|kiem soat(?: vien)?|van thu|nhan vien|can bo|tro ly|ktt)",
        r"(?:cua )?(?:pho|p) (?:giam doc|chu tich|gd|ct)|pgd|pct|vo|chong|con(?! hoat)|nguoi nha|nguoi than|hang xom",
        r"me|cong ty me|chi nhanh|nuoc ngoai|tieng anh|nganh nghe khac",
    ),
}
"""Words that make another column of the same field."""
SECOND: Sequence[str] = (
    r"phu|khac|du phong|thu hai|thu ba|bo sung|(?:so |thu )?[2-9]|1|second(?:ary)?|alternat(?:e|ive)|other|backup",
)
"""Words for one more of a thing of which there may be several."""
EXPLAINED: Sequence[str] = (
    r"bat buoc(?: nhap)?|khong bat buoc|neu co|ghi ro|ghi day du|theo gcn.*|theo giay.*|theo dang ky",
    r"vi du.*|vd.*|chu hoa|d{1,2} m{1,2} y{2,4}|ngay thang nam",
    r"nn pnn|htx qtd(?: .*)?|co khong|co hay khong|nguoi|ho|thanh vien",
    r"nghin dong|trieu dong|dong|vnd|x|tich x|danh dau.*|hoat dong ngung.*|theo mau",
    r"tieng viet|viet tat|tinh den.*|den ngay.*",
)
"""Words that explain and change nothing."""

MANY = frozenset({"phone", "login"})
"""Fields that may have several columns."""
PLACES = frozenset({"commune", "district", "province", "address"})
"""Fields whose old column is kept in the address, and stands in where there is no other."""
UNUSED = frozenset(
    {
        *(
            "ordinal",
            "tax_number",
            "fax",
            "website",
            "note",
            "capital",
            "labour",
            "founded_in",
            "area_number",
            "hamlet",
        ),
        *("password", "born", "licence", "surname", "bare_name", "activity"),
    }
)
"""Fields that are understood and not needed."""
KIND_TOLD = frozenset({"htx", "qtd", "qtdnd", "tht", "lhhtx"})
SECTOR_TOLD = frozenset({"nn", "pnn"})
"""Words in the brackets of "Loại hình (…)" that tell which of two fields it is."""
