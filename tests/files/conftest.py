"""What tests of files may ask for."""

from __future__ import annotations

import pytest

from files import limited_child, workbooks


@pytest.fixture
def real_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's own child, started for each file; the other tests read each file once, with one kept warm."""
    monkeypatch.setattr(workbooks, "run", limited_child.run)
