"""What LinkedIn knows of its members' contact data, kept in normal form for matching and never shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asyncpg import Connection

from app.ids import MemberUrn
from app.matching.keys import email_key, phone_key


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberContact:
    """E-mails and phones of one member in any spelling; `country` is for phones without country code."""

    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    country: str | None = None


async def store_contacts(connection: Connection, contacts: Mapping[MemberUrn, MemberContact]) -> None:
    """Replace the contact data of these members; what is neither e-mail nor phone is left out."""
    rows = {
        (urn, kind, key)
        for urn, contact in contacts.items()
        for kind, key in (
            *(("EMAIL", email_key(email)) for email in contact.emails),
            *(("PHONE", phone_key(phone, contact.country)) for phone in contact.phones),
        )
        if key is not None
    }
    await connection.execute("delete from member_contact where member_urn = any($1::text[])", list(contacts))
    await connection.execute(
        """
        insert into member_contact (member_urn, kind, value_key)
        select * from unnest($1::text[], $2::text[], $3::text[])
        """,
        *([row[column] for row in sorted(rows)] for column in range(3)),
    )
