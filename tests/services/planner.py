"""A planner as a process of its own, to be killed: `python -m tests.services.planner URL CAMPAIGN PAGE`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from uuid import UUID

from services.campaign import planning
from tests.services.pace import work_of


def main() -> None:
    """Plan a campaign in pages of the given size, to its end."""
    url, campaign_id, page = sys.argv[1:]
    planning.PAGE = int(page)
    planning.plan(work_of(url, datetime.now(UTC)), UUID(campaign_id))


if __name__ == "__main__":
    main()
