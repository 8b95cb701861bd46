"""placeholder"""
from __future__ import annotations
from pathlib import Path
from files.reports import ImportReport
from services.work import Work
def import_online(work: Work, round_code: str, path: Path, actor: str, dry_run: bool = False) -> ImportReport:
    """Later today."""
    raise NotImplementedError
