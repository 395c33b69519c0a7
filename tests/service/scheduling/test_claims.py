"""Claims are found by their ends, by index, and none is longer than a search looks back."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError

from telesec.foundation.unit_of_work import violated
from telesec.scheduling import claims, flow
from telesec.scheduling.claims import LONGEST, lies_over
from telesec.scheduling.intervals import Interval
from telesec.scheduling.models import Schedule, SlotClaim
from telesec.scheduling.rules import ClaimState
from telesec.testing.bookable import NINE

HALF_HOUR = timedelta(minutes=30)
MANY = """
insert into slot_claim (practice_id, id, schedule_id, lane, during, state, held_by_name,
  held_since, last_seen_at)
select :practice, gen_random_uuid(), :schedule, 1,
  tstzrange(start, start + interval '1 hour'), 'booked', '', start, start
from generate_series(cast(:at as timestamptz), timestamptz '2027-03-01', '1 hour') as start
"""


def explained(uow, statement):
    """Return the plan of a statement as the application's own role runs it."""
    connection = uow.session.connection()

    @event.listens_for(connection, "before_cursor_execute", retval=True)
    def explain(_connection, _cursor, words, parameters, *_):
        return f"explain {words}", parameters

    return "\n".join(row[0] for row in connection.execute(statement).cursor.fetchall())


def over(uow, house, span):
    return uow.session.scalars(
        select(SlotClaim.id).where(lies_over(house.practice_id, [house.schedule_id], span))
    ).all()


def take(uow, house, span):
    schedule = uow.session.get(Schedule, (house.practice_id, house.schedule_id))
    return claims.take(uow, schedule, span, ClaimState.HOLD, claims.Holder()).id


def test_claims_over_a_time_are_found_by_index_under_row_level_security(house, postgres):
    span = Interval(NINE, NINE + HALF_HOUR)
    with house.deps.unit_of_work(house.ada) as uow:
        uow.session.execute(
            text(MANY), {"practice": house.practice_id, "schedule": house.schedule_id, "at": NINE}
        )
        uow.commit()
    with postgres.admin("telesec_test") as admin:
        admin.execute("analyze slot_claim")

    with house.deps.unit_of_work(house.ada) as uow:
        plan = explained(
            uow, select(SlotClaim.id).where(lies_over(house.practice_id, [house.schedule_id], span))
        )

    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "schedule_id" in condition
    assert "ends_at >" in condition


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (NINE - timedelta(hours=2), NINE, False),
        (NINE - timedelta(hours=2), NINE + timedelta(seconds=1), True),
        (NINE + HALF_HOUR, NINE + timedelta(hours=2), False),
        (NINE + HALF_HOUR - timedelta(seconds=1), NINE + timedelta(hours=2), True),
        (NINE + timedelta(minutes=10), NINE + timedelta(minutes=11), True),
    ],
)
def test_a_claim_lies_over_a_time_it_shares_a_moment_with(house, start, end, found):
    with house.deps.unit_of_work(house.ada) as uow:
        claim_id = take(uow, house, Interval(NINE, NINE + HALF_HOUR))

        assert over(uow, house, Interval(start, end)) == ([claim_id] if found else [])


def test_the_longest_claim_is_found_from_its_first_moment(house):
    with house.deps.unit_of_work(house.ada) as uow:
        claim_id = take(uow, house, Interval(NINE, NINE + LONGEST))

        assert over(uow, house, Interval(NINE, NINE + timedelta(seconds=1))) == [claim_id]


def test_no_claim_is_longer_than_a_search_looks_back(house):
    with house.deps.unit_of_work(house.ada) as uow, pytest.raises(IntegrityError) as caught:
        take(uow, house, Interval(NINE, NINE + LONGEST + timedelta(seconds=1)))

    assert violated(caught.value) == "ck_slot_claim_length"


def test_a_long_search_offers_in_its_first_days_what_a_short_one_does(house):
    house.fake.write_foreign(NINE + HALF_HOUR, NINE + 2 * HALF_HOUR)
    flow.book(house.deps, house.ada, house.booking())
    short = house.offer()

    long = house.offer(end=house.query().start + timedelta(days=20))

    last = house.query().end
    assert [slot for slot in long.slots if slot.end <= last] == list(short.slots)
    assert {NINE, NINE + HALF_HOUR}.isdisjoint(slot.start for slot in short.slots)
