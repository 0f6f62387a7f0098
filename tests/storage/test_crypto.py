"""Only the key opens what is stored; a new key in front does not shut out the old."""

import pytest

from storage.db.keyring import KeyRing, Undecryptable


@pytest.mark.parametrize("keys", [[], [""], ["good", ""]])
def test_a_ring_without_a_secret_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="secret"):
        KeyRing(keys)


def test_another_key_opens_nothing() -> None:
    sealed = KeyRing(["ours"]).encrypt("王女士".encode())
    with pytest.raises(Undecryptable):
        KeyRing(["theirs"]).decrypt(sealed)


def test_what_was_changed_by_one_bit_does_not_open() -> None:
    ring = KeyRing(["ours"])
    sealed = bytearray(ring.encrypt(b"content"))
    sealed[-5] ^= 1
    with pytest.raises(Undecryptable):
        ring.decrypt(bytes(sealed))


def test_the_same_twice_does_not_look_the_same() -> None:
    ring = KeyRing(["ours"])
    assert ring.encrypt(b"content") != ring.encrypt(b"content")


def test_rotation_reads_the_old_and_writes_with_the_new() -> None:
    old, both, new = KeyRing(["old"]), KeyRing(["new", "old"]), KeyRing(["new"])
    assert both.decrypt(old.encrypt(b"x")) == b"x"
    assert new.decrypt(both.encrypt(b"x")) == b"x"
    assert both.digest("number", "1") == new.digest("number", "1")
    assert old.digest("number", "1") in both.digests("number", "1")
    assert both.check_query_code("7K3M9Q", old.hash_query_code("7K3M9Q"))


def test_a_digest_depends_on_key_purpose_and_text() -> None:
    ring = KeyRing(["ours"])
    told = {
        ring.digest("a", "b"),
        ring.digest("a", "c"),
        ring.digest("b", "b"),
        KeyRing(["x"]).digest("a", "b"),
    }
    assert len(told) == 4
    assert ring.digest("a", "b") == ring.digest("a", "b")


def test_a_query_code_is_hashed_with_a_salt_of_its_own() -> None:
    ring = KeyRing(["ours"])
    first, second = ring.hash_query_code("7K3M9Q"), ring.hash_query_code("7K3M9Q")
    assert first != second
    assert "7K3M9Q" not in first
    assert not ring.check_query_code("7K3M9R", first)
    assert not KeyRing(["theirs"]).check_query_code("7K3M9Q", first)


@pytest.mark.parametrize("typed", ["7K3M9Q", "7k3m9q", " 7K3 M9Q "])
def test_a_query_code_is_taken_as_people_type_it(typed: str) -> None:
    ring = KeyRing(["ours"])
    assert ring.check_query_code(typed, ring.hash_query_code("7K3M9Q"))


def test_a_ring_does_not_show_its_keys() -> None:
    assert "ours" not in repr(KeyRing(["ours"]))
