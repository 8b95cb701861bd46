"""The methods a round can be scored by: every module that is imported here registers its own.

It must not know rounds, offices, or what may be shown.
"""

from __future__ import annotations

import scoring.index  # registers vca-index
import scoring.mean  # registers mean-percent
import scoring.top_box  # noqa: F401  # registers top-box
from scoring.method import METHODS

__all__ = ["METHODS"]
