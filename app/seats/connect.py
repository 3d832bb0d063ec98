"""A seat holder says, once, which ATS user they are: the widgets of that user then act for the seat."""

from datetime import UTC, datetime
from typing import Final

from app.database.pool import Pool
from app.ids import CompanyId, SeatId, SeatUrn
from app.refused import WriteRefused

ATS_USER_ID_LENGTH_MAX: Final = 300
_PATH: Final = ("input", "atsUserId")


async def connect_seat(
    pool: Pool,
    company: CompanyId,
    partner: str,
    seat: SeatId,
    ats_user_id: str,
    *,
    now: datetime | None = None,
) -> None:
    """The holder of this seat is this user of the partner's ATS. Said again, it changes nothing.

    Raises: WriteRefused, INVALID for what is no id, NO_INTEGRATION, ATS_USER_TAKEN if another seat is this
    ATS user, SEAT_CONNECTED if this seat is another ATS user.
    """
    if not 0 < len(ats_user_id) <= ATS_USER_ID_LENGTH_MAX or ats_user_id != ats_user_id.strip():
        raise WriteRefused(
            "INVALID",
            f"An ATS user's id has 1 to {ATS_USER_ID_LENGTH_MAX} characters, and no blank at either end.",
            *_PATH,
        )
    async with pool.transaction(company) as connection:
        # An erasure waits for this, or is seen: nothing of the ATS comes in behind it.
        there_is_one = await connection.fetchval(
            "select true from integration where company_id = $1 and state <> 'ERASED' for share", company
        )
        if not there_is_one:
            raise WriteRefused("NO_INTEGRATION", "The company has no integration; ask an ATS admin.")
        await connection.execute(
            """
            insert into seat_connection (company_id, partner_name, ats_user_id, seat_id, connected_at)
            values ($1, $2, $3, $4, $5)
            on conflict do nothing
            """,
            company,
            partner,
            ats_user_id,
            seat,
            now or datetime.now(UTC),
        )
        # A statement of its own sees what another caller committed while the first one waited for it.
        known = await connection.fetch(
            """
            select seat_id, ats_user_id
            from seat_connection
            where company_id = $1 and partner_name = $2 and (seat_id = $3 or ats_user_id = $4)
            """,
            company,
            partner,
            seat,
            ats_user_id,
        )
        if any(row["seat_id"] != seat for row in known):
            raise WriteRefused("ATS_USER_TAKEN", "Another seat is connected to this ATS user.", *_PATH)
        if any(row["ats_user_id"] != ats_user_id for row in known):
            raise WriteRefused(
                "SEAT_CONNECTED", "This seat is connected to another ATS user; that is said once.", *_PATH
            )


async def seat_of_ats_user(pool: Pool, company: CompanyId, partner: str, ats_user_id: str) -> SeatUrn | None:
    """The seat that acts for this user of the partner's ATS; None if nobody said so."""
    rows = await pool.fetch(
        company,
        """
        select s.urn
        from seat_connection c
        join seat s on s.company_id = c.company_id and s.id = c.seat_id
        where c.company_id = $1 and c.partner_name = $2 and c.ats_user_id = $3
        """,
        [company, partner, ats_user_id],
    )
    return SeatUrn(rows[0]["urn"]) if rows else None
