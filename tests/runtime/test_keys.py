"""Keys: from the environment, or made once and kept private."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from runtime import keys
from runtime.settings import Settings

KEY = base64.b64encode(bytes(range(32))).decode()


def settings(**values: object) -> Settings:
    return Settings(**values)


def test_a_key_file_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = keys.load(settings(alo_data_dir=tmp_path))
    again = keys.load(settings(alo_data_dir=tmp_path))
    assert first == again
    assert stat.S_IMODE((tmp_path / keys.KEY_FILE).stat().st_mode) == 0o600
    assert again.vault().open(first.vault().seal("x", "unfit.raw"), "unfit.raw") == "x"


def test_two_installations_have_other_keys(tmp_path: Path) -> None:
    one = keys.load(settings(alo_data_dir=tmp_path / "one"))
    two = keys.load(settings(alo_data_dir=tmp_path / "two"))
    assert one.lookup != two.lookup
    assert one.sealing != two.sealing
    assert one.session != two.session


def test_keys_of_the_environment_keep_their_order(tmp_path: Path) -> None:
    found = keys.load(
        settings(alo_data_dir=tmp_path, alo_secret_keys=f"new:{KEY}, old:{KEY}", alo_lookup_key=f"3:{KEY}",
                 alo_session_key="s")
    )  # fmt: skip
    assert list(found.sealing) == ["new", "old"]
    assert found.lookup_version == 3
    assert list(tmp_path.iterdir()) == []


def test_older_look_up_keys_stand_behind_the_newest(tmp_path: Path) -> None:
    given = {"alo_data_dir": tmp_path, "alo_secret_keys": f"k:{KEY}", "alo_session_key": "s"}
    found = keys.load(settings(**given, alo_lookup_key=f"3:{KEY}, 1:{KEY}"))
    assert (found.lookup_version, list(found.older_lookup)) == (3, [1])
    for unfit in (f"1:{KEY},3:{KEY}", f"3:{KEY},1:{KEY},1:{KEY}", f"3:{KEY},"):
        with pytest.raises(keys.UnfitKeysError, match="ALO_LOOKUP_KEY"):
            keys.load(settings(**given, alo_lookup_key=unfit))


@pytest.mark.parametrize(
    ("sealing", "lookup", "session"),
    [("k:short", f"1:{KEY}", "s"), (f":{KEY}", f"1:{KEY}", "s"), (f"k:{KEY}", "", "s"), (f"k:{KEY}", f"x:{KEY}", "s"),
     ("k:///=", f"1:{KEY}", "s"), ("k:khóa", f"1:{KEY}", "s"), (f"k:{KEY}", "1:khóa", "s")],
)  # fmt: skip
def test_unfit_keys_are_refused_without_being_told(tmp_path: Path, sealing: str, lookup: str, session: str) -> None:
    with pytest.raises(keys.UnfitKeysError) as caught:
        keys.load(
            settings(alo_data_dir=tmp_path, alo_secret_keys=sealing, alo_lookup_key=lookup, alo_session_key=session)
        )
    assert KEY not in str(caught.value)


def test_keys_do_not_show_in_a_repr(tmp_path: Path) -> None:
    found = keys.load(settings(alo_data_dir=tmp_path))
    assert found.session not in repr(found)
    assert repr(found.lookup) not in repr(found)


def test_no_keys_are_made_for_a_database_of_ones_own(tmp_path: Path) -> None:
    """Each container would make another set on no volume: what one sealed no other could open."""
    with pytest.raises(keys.NoKeysError) as caught:
        keys.load(settings(alo_data_dir=tmp_path, database_url="postgresql://alo_machine@db/alo"))
    assert list(tmp_path.iterdir()) == []
    assert caught.value.file == tmp_path / keys.KEY_FILE


def test_children_of_an_embedded_database_are_given_its_keys(tmp_path: Path) -> None:
    kept = keys.with_stored_keys(settings(alo_data_dir=tmp_path))
    child = Settings(**{**vars(kept), "database_url": "postgresql://alo_machine@/alo", "alo_data_dir": tmp_path / "x"})
    assert keys.load(child) == keys.load(settings(alo_data_dir=tmp_path))


def test_two_keys_of_one_id_are_refused(tmp_path: Path) -> None:
    pair = f"k:{KEY},k:{base64.b64encode(bytes(32)).decode()}"
    with pytest.raises(keys.UnfitKeysError):
        keys.load(settings(alo_secret_keys=pair, alo_lookup_key=f"1:{KEY}", alo_session_key="s"))
