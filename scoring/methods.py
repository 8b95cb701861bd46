"""The methods a round can be scored by, by name, each with what stands behind its figure.

It must not know rounds, offices, or what may be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scoring.cube import Cube
from scoring.index import Index, Mean, Sheets, TopBox, mean_percent, top_box, vca_index
from scoring.rules import Rule

Figure = Index | Mean | TopBox
Method = Callable[[Cube, Sheets, Rule], Figure]

METHODS: Mapping[str, Method] = {"vca-index": vca_index, "mean-percent": mean_percent, "top-box": top_box}
