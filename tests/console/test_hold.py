"""After a restore every page says that nothing is sent, and for whom it waits."""

from __future__ import annotations

from services import continuity
from tests.console.visitor import Visitor, words
from tests.services.world import World


def test_every_page_says_that_nothing_leaves(officer: Visitor, visitor: Visitor, world: World) -> None:
    assert "Sau khi khôi phục" not in words(officer.get("/work"))
    continuity.hold(world.work, world.work.clock.now(), "restored", "test")
    for path in ("/work", "/lists", "/nowhere"):
        shown = words(officer.get(path))
        assert "Sau khi khôi phục dữ liệu" in shown
        assert "line, one-way, texts" in shown
    assert "Sau khi khôi phục" not in words(visitor.get("/sign-in"))
