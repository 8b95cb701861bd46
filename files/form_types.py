"""Types of rows that XLSForm has and Alo does not ask: which are passed over, and what to use instead of the others.

Data only; it must not know a form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

METADATA = frozenset(
    {
        *(
            "start",
            "end",
            "today",
            "deviceid",
            "device id",
            "phonenumber",
            "phone number",
            "username",
            "email",
            "audit",
        ),
        *(
            "simserial",
            "sim serial",
            "subscriberid",
            "subscriber id",
            "start-geopoint",
            "background-audio",
            "uri:email",
        ),
    }
)
"""Rows that an ODK client fills in by itself: passed over with a notice, so that one file serves both."""
_INSTEAD = (
    (r"(begin|end)[ _](repeat|loop)|repeat|loop", "form.type_refused.repeat"),
    (r"select_(one|multiple)_from_file\b|select_one_external\b|.*\bpulldata\b", "form.type_refused.file"),
    (r"select.* or_other", "form.type_refused.other"),
    (r"range|slider", "form.type_refused.range"),
    (r"rank\b", "form.type_refused.rank"),
    (r"geo(point|trace|shape)|gps|location", "form.type_refused.place"),
    (r"image|photo|picture|audio|video|file|barcode|signature|draw|annotate", "form.type_refused.media"),
    (r"time|date ?time", "form.type_refused.time"),
    (r"acknowledge|trigger", "form.type_refused.acknowledge"),
    (r"select(_one|_multiple)?", "form.type_refused.no_list"),
    (r"(text|integer|decimal|date|note|calculate)\b.+", "form.type_refused.argument"),
    (r"hidden|xml-external|csv-external", "form.type_refused.hidden"),
)


def instead_of(kind: str) -> str:
    """The code of the words that say what to use instead of a type that is refused."""
    said = " ".join(kind.lower().split())
    return next((code for pattern, code in _INSTEAD if re.match(rf"(?:{pattern})", said)), "form.type_refused.mend")


UNUSED: Mapping[str, frozenset[str]] = {
    "survey": frozenset(
        {
            *("guidance_hint", "appearance", "default", "required_message", "parameters", "read_only", "readonly"),
            *(
                "trigger",
                "image",
                "big-image",
                "video",
                "autoplay",
                "accuracythreshold",
                "save_to",
                "query",
            ),
            *("comment", "comments", "note", "notes", "hxl"),
        }
    ),
    "choices": frozenset({"image", "big-image", "video", "order", "comment", "comments", "note", "notes"}),
    "settings": frozenset(
        {
            *("instance_name", "public_key", "submission_url", "auto_send", "auto_delete", "style", "namespaces"),
            *(
                "allow_choice_duplicates",
                "clean_text_values",
                "instance_id",
                "omit_instanceid",
                "name",
                "client_editable",
            ),
            *("prefix", "delimiter", "compact_prefix", "compact_delimiter", "instance_xmlns", "sms_keyword"),
        }
    ),
}
"""Columns that an ODK client uses and a phone cannot: accepted, and said to be unused."""
UNUSED_PREFIXES = ("bind:", "body:", "control:", "instance:")
SPELLINGS: tuple[tuple[str, str], ...] = (
    (r"relevance|bind\s*::?\s*relevant", "relevant"),
    (r"bind\s*::?\s*constraint", "constraint"),
    (r"bind\s*::?\s*required", "required"),
    (r"calculate|bind\s*::?\s*calculate", "calculation"),
    (r"constraining_message|bind\s*::?\s*jr:constraintmsg", "constraint_message"),
    (r"requiredmsg|bind\s*::?\s*jr:requiredmsg", "required_message"),
    (r"count|jr:count|(?:control|body)\s*::?\s*jr:count", "repeat_count"),
    (r"caption", "label"),
    (r"command", "type"),
    (r"tag|value", "name"),
)
"""Patterns of other headings that pyxform takes, spaces as `_` → the one that is used here. What they say holds for the
phone too: a condition under `bind::relevant` is a condition."""
LANGUAGES: Mapping[str, str] = {
    **dict.fromkeys(("english", "tiếng anh", "tieng anh"), "en"),
    **dict.fromkeys(("vietnamese", "tiếng việt", "tieng viet", "việt nam", "viet nam", "vietnam"), "vi"),
}
"""Languages that need no code behind their name."""
