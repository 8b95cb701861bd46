"""How an ODK expression is written: `${name}` put into XPath 1.0, parsed by elementpath into a tree of tokens.

It must not know answers, questions or what an expression is worth; only whether the text is inside our subset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from elementpath import ElementPathError, XPath1Parser
from elementpath.tdop import Parser


class ExpressionFault(ValueError):  # noqa: N818 - a fault of the form, the word staff read
    """An expression outside the subset: `code` names the fault, `params` what staff need to mend it."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, str] = params


class OdkParser(XPath1Parser):
    """The grammar of XPath 1.0 with the functions ODK adds. Built once per parse: an instance holds its position."""

    def parse(self, source: str) -> Any:
        """The tree of `source`. Unlike the base class it evaluates nothing: a form may say `5 mod 0`."""
        if self.tokenizer is None:
            self.tokenizer = self.create_tokenizer(self.symbol_table)
        return Parser.parse(self, source)


OdkParser.function("selected", nargs=2)
OdkParser.function("if", nargs=3)
OdkParser.function("coalesce", nargs=2)
OdkParser.function("regex", nargs=2)
OdkParser.function("count-selected", nargs=1)
OdkParser.function("int", nargs=1)
OdkParser.function("abs", nargs=1)
OdkParser.function("min", nargs=(1, None))
OdkParser.function("max", nargs=(1, None))
OdkParser.function("date", nargs=1)
OdkParser.function("today", nargs=0)
OdkParser.unregister("round")
OdkParser.function("round", nargs=(1, 2))  # ODK: round(value, places)

MAX_LENGTH = 2000
"""Characters of one expression; longer ones are a mistake, and they would slow down every answer."""

_LITERAL_OR_REFERENCE = re.compile(r"'[^']*'|\"[^\"]*\"|\$\{([^{}]*)\}|(\$)|([‘’“”])")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def parse(text: str) -> Any:
    """The token tree of the ODK expression `text`. Raises ExpressionFault when it cannot be read."""
    if len(text) > MAX_LENGTH:
        raise ExpressionFault("expression_too_long", expression=text[:60] + "…", most=str(MAX_LENGTH))
    source = _LITERAL_OR_REFERENCE.sub(lambda found: _variable(text, found), text)
    parser = OdkParser()
    try:
        return parser.parse(source)
    except ElementPathError as error:
        raise _fault(text, error) from None
    except RecursionError:
        raise ExpressionFault("expression_too_deep", expression=text) from None


def _variable(text: str, found: re.Match[str]) -> str:
    """`${name}` as an XPath variable of the same length, so that columns in faults stay true."""
    if found[3]:  # Excel turns straight quotes into curly ones by itself
        raise ExpressionFault("expression_curly_quotes", expression=text, column=str(found.start() + 1))
    if found[2]:
        raise ExpressionFault("expression_syntax", expression=text, column=str(found.start() + 1))
    if found[1] is None:
        return found[0]
    name = found[1].strip()
    if not _NAME.fullmatch(name):
        raise ExpressionFault("expression_reference", expression=text, name=name)
    return f"${name}".ljust(len(found[0]))


_UNKNOWN_FUNCTION = re.compile(r"unknown function '([^']*)'")
_COLUMN = re.compile(r"at line \d+, column (\d+)")


def _fault(text: str, error: ElementPathError) -> ExpressionFault:
    unknown = _UNKNOWN_FUNCTION.search(error.message)
    if unknown:
        return ExpressionFault("expression_function", expression=text, function=unknown[1])
    if error.code and error.code.endswith("XPST0017"):
        return ExpressionFault("expression_arguments", expression=text)
    column = _COLUMN.search(str(error))
    return ExpressionFault("expression_syntax", expression=text, column=column[1] if column else "1")
