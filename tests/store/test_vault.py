"""What is sealed opens only where it belongs, and never again once the key is gone."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from bot.store import vault as vaults
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import ContactKey
from bot.store.vault import Erased, Unreadable, Vault, load_or_make_secret, secret_from_text
from tests.store.world import SECRET, World, at_once

# Any text a phone can send, half emojis (lone surrogates) and NUL included.
TEXTS = st.text(st.characters())
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(text=TEXTS, place=TEXTS, owner=TEXTS)
@QUICK
def test_own_values_open_again(text: str, place: str, owner: str) -> None:
    vault = Vault(SECRET)
    sealed = vault.seal_own(place, owner, text)
    assert vault.open_own(place, owner, sealed) == text
    assert Vault(SECRET).open_own(place, owner, sealed) == text


@given(text=st.text(min_size=1), place=TEXTS, owner=TEXTS, wrong_place=TEXTS, wrong_owner=TEXTS)
@QUICK
def test_own_values_open_nowhere_else(text: str, place: str, owner: str, wrong_place: str, wrong_owner: str) -> None:
    vault = Vault(SECRET)
    sealed = vault.seal_own(place, owner, text)
    if (wrong_place, wrong_owner) != (place, owner):
        with pytest.raises(Unreadable):
            vault.open_own(wrong_place, wrong_owner, sealed)
    with pytest.raises(Unreadable):
        Vault(SECRET + b"another").open_own(place, owner, sealed)


@given(text=TEXTS, data=st.data())
@QUICK
def test_a_changed_byte_is_noticed(text: str, data: st.DataObject) -> None:
    vault = Vault(SECRET)
    sealed = bytearray(vault.seal_own("a", "b", text))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        vault.open_own("a", "b", bytes(sealed))
    with pytest.raises(Unreadable):
        vault.open_own("a", "b", bytes(sealed[:place]))


@given(text=st.text(min_size=4))
@QUICK
def test_the_same_text_never_looks_the_same(text: str) -> None:
    vault = Vault(SECRET)
    one, other = vault.seal_own("a", "b", text), vault.seal_own("a", "b", text)
    assert one != other and text.encode("utf-8", "surrogatepass") not in one


@given(first=st.tuples(TEXTS, TEXTS), second=st.tuples(TEXTS, TEXTS))
@QUICK
def test_hashes_find_the_same_and_only_the_same(first: tuple[str, str], second: tuple[str, str]) -> None:
    vault = Vault(SECRET)
    assert (vault.lookup(*first) == vault.lookup(*second)) == (first == second)
    assert vault.lookup(*first) != Vault(SECRET + b"x").lookup(*first)
    assert vault.idempotency(first[0]) != vault.lookup(first[0], "")
    assert len(vault.lookup(*first)) == len(vault.idempotency(first[0])) == 64


@given(text=TEXTS)
@QUICK
def test_a_contacts_values_open_for_it_alone(world: World, text: str) -> None:
    vault = world.store.vault
    siti, ani = world.hear("siti"), world.hear("ani")
    with world.store.begin() as session:
        sealed = vault.seal_for(session, siti.contact_id, "inbox.body", text)
        assert vault.open_for(session, siti.contact_id, "inbox.body", sealed) == text
        with pytest.raises(Unreadable):
            vault.open_for(session, ani.contact_id, "inbox.body", sealed)
        with pytest.raises(Unreadable):
            vault.open_for(session, siti.contact_id, "outbox.body", sealed)


def test_another_process_opens_it(world: World, open_store: Callable[[], Store]) -> None:
    siti = world.hear()
    with world.store.begin() as session:
        sealed = world.store.vault.seal_for(session, siti.contact_id, "a.b", "rahasia")
    other = open_store()
    with other.read() as session:
        assert other.vault.open_for(session, siti.contact_id, "a.b", sealed) == "rahasia"


def test_without_the_key_nothing_opens_and_nothing_is_sealed(world: World) -> None:
    siti, vault = world.hear(), world.store.vault
    with world.store.begin() as session:
        sealed = vault.seal_for(session, siti.contact_id, "a.b", "rahasia")
        run(session, delete(table(ContactKey)))
        vault.forget(siti.contact_id)
    with world.store.begin() as session:
        assert vault.open_for(session, siti.contact_id, "a.b", sealed) is None
        assert vault.open_for(session, siti.contact_id, "a.b", None) is None
        with pytest.raises(Erased):
            vault.seal_for(session, siti.contact_id, "a.b", "rahasia")


def test_a_key_is_forgotten_in_time(
    world: World, open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process erased the contact: this one's memory of the key ends by itself."""
    siti, vault = world.hear(), world.store.vault
    other = open_store()
    with other.begin() as session:
        run(session, delete(table(ContactKey)))
    monkeypatch.setattr(vaults, "_FORGET_AFTER", -1.0)
    with world.store.begin() as session, pytest.raises(Erased):
        vault.seal_for(session, siti.contact_id, "a.b", "rahasia")


def test_a_wrapped_key_serves_its_contact_only(world: World) -> None:
    siti, ani, keys = world.hear("siti"), world.hear("ani"), table(ContactKey)
    vault = Vault(SECRET)  # with nothing in its memory
    with world.store.begin() as session:
        stolen = run(session, select(keys.c.wrapped).where(keys.c.contact_id == siti.contact_id)).scalar_one()
        run(session, update(keys).where(keys.c.contact_id == ani.contact_id).values(wrapped=stolen))
        with pytest.raises(Unreadable):
            vault.seal_for(session, ani.contact_id, "a.b", "rahasia")


def test_few_keys_are_kept_in_memory(world: World) -> None:
    vault, people = Vault(SECRET, cached=3), [world.hear(f"p{n}") for n in range(8)]
    with world.store.begin() as session:
        sealed = [vault.seal_for(session, one.contact_id, "a.b", one.contact_id) for one in people]
        assert len(vault._cache) == 3
        for one, value in zip(people, sealed, strict=True):
            assert vault.open_for(session, one.contact_id, "a.b", value) == one.contact_id
        vault.forget(people[-1].contact_id)
        assert len(vault._cache) == 2


def test_bytes_are_sealed_as_well(world: World) -> None:
    siti, vault, sound = world.hear(), world.store.vault, bytes(range(256))
    with world.store.begin() as session:
        sealed = vault.seal_bytes_for(session, siti.contact_id, "a.b", sound)
        assert sound not in sealed
        assert vault.open_bytes_for(session, siti.contact_id, "a.b", sealed) == sound


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)

    def start() -> bytes:
        barrier.wait()
        return load_or_make_secret(tmp_path / "data")

    made = set(at_once([start] * 8))
    assert len(made) == 1 and len(made.pop()) == 32
    path = tmp_path / "data" / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in (tmp_path / "data").iterdir()] == ["secret.key"]
    path.chmod(0o644)
    load_or_make_secret(tmp_path / "data")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "short", "bm90IGEga2V5", "???"])
def test_a_damaged_secret_is_never_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret.key").write_text(content)
    with pytest.raises(ValueError, match="does not hold a key"):
        load_or_make_secret(tmp_path)
    assert (tmp_path / "secret.key").read_text() == content


def test_a_secret_must_be_long() -> None:
    with pytest.raises(ValueError, match="32"):
        Vault(b"short")
    with pytest.raises(ValueError, match="openssl rand"):
        secret_from_text("short")
    assert secret_from_text("  " + "s" * 40 + "\n") == b"s" * 40


def test_a_pin_is_kept_as_a_hash_with_salt_and_secret() -> None:
    vault = Vault(SECRET)
    one, other = vault.pin_hash("c", "1234"), vault.pin_hash("c", "1234")
    assert one != other and "1234" not in one and len(one) <= 200
    assert vault.pin_matches("c", "1234", one)
    assert not vault.pin_matches("c", "1235", one)
    assert not vault.pin_matches("d", "1234", one)
    assert not Vault(SECRET + b"x").pin_matches("c", "1234", one)
