"""The real API's limits, where they are set: records a minute, requests a day, both for each company."""

from datetime import UTC, datetime, timedelta
from typing import Final

from app.wire.codes import WireRefused
from app.wire.request import WireRequest

KINDS: Final = ("records", "requests")

# It counts only what is let in, and forgets the windows before.
_COUNT: Final = """
with forgotten as (
  delete from wire_usage
  where company_id = $1 and kind = $2 and since < $3
)
insert into wire_usage as known (company_id, kind, since, used)
select $1, $2, $3, $4::bigint
where $4::bigint <= $5
on conflict (company_id, kind, since) do update
set used = known.used + excluded.used
where known.used + excluded.used <= $5
returning used
"""


async def count_use(request: WireRequest) -> None:
    """Count this call, unless it is one too many.

    An application without a company is not limited: it can do nothing but provision. Windows begin with the
    minute and, as LinkedIn's do, with the day in UTC.
    Raises: WireRefused (RATE_LIMIT, 429) with `Retry-After`.
    """
    records_max = request.settings.wire_records_a_minute
    requests_max = request.settings.wire_requests_a_day
    if request.grants.viewer.company is None or not (records_max or requests_max):
        return
    now = datetime.now(UTC)
    minute = now.replace(second=0, microsecond=0)
    day = minute.replace(hour=0, minute=0)
    records = max(len(request.keys), len(request.entities))
    if requests_max:
        await _count(request, "requests", day, day + timedelta(days=1), 1, requests_max)
    if records_max and records and request.method.writes:
        await _count(request, "records", minute, minute + timedelta(minutes=1), records, records_max)


async def _count(
    request: WireRequest, kind: str, since: datetime, until: datetime, more: int, at_most: int
) -> None:
    company = request.company_id
    async with request.pool.transaction(company) as connection:
        used = await connection.fetchval(_COUNT, company, kind, since, more, at_most)
    if used is None:
        window = "minute" if kind == "records" else "day (UTC)"
        wait_s = max(1, int((until - datetime.now(UTC)).total_seconds()) + 1)
        raise WireRefused(
            "RATE_LIMIT",
            f"A company may send {at_most} {kind} a {window}.",
            headers={"Retry-After": str(wait_s)},
        )
