"""What a ticket is found by whose phone is known, and nothing else is learned from."""

from storage.db.sealed import Tx, keyring

_PHONE = "phone"


def phone_digest(tx: Tx, phone: str | None) -> str | None:
    """The digest a number is kept under; None for none."""
    return keyring(tx).digest(_PHONE, _plain(phone)) if phone else None


def phone_digests(tx: Tx, phone: str) -> tuple[str, ...]:
    """Every digest it may stand under, with the keys of before, however it is written."""
    return keyring(tx).digests(_PHONE, _plain(phone))


def _plain(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit()).removeprefix("86")
