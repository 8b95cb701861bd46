"""What is wrong with a file, as codes and parameters: where, what stands there, why it cannot be used, how to mend it.

It must not know the words: the catalogue renders `code` and `suggestion` in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Param = str | int | float
Weight = Literal["refused", "emptied", "notice", "asked"]


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault. `row` counts from 1 as in Excel; `column` is "B (Loại)" or a letter; "" or 0: whole sheet or file.

    `weight`: the row was refused, the row came in without this cell, it is only a notice, or the row waits for staff
    to say what it is.
    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    suggestion: str = ""
    weight: Weight = "refused"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON, for programs and for the sealed report of an import."""
        return {
            "code": self.code,
            "params": dict(self.params),
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "suggestion": self.suggestion,
            "weight": self.weight,
        }


def from_dict(data: Mapping[str, Any]) -> FileFault:
    """The fault that `Fault.to_dict` wrote."""
    return FileFault(**data)


class FileRefusedError(Exception):
    """The whole file (or request) cannot be used; `faults` say why. Nothing was changed."""

    def __init__(self, *faults: FileFault) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults
