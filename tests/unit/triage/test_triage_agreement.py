"""Agreement between triage and doctors: counts and weighted kappa."""

import pytest

from telesec.triage.agreement import Marked, agreement, weighted_kappa
from telesec.triage.feedback import reported
from telesec.triage.levels import Level

C15, DOC, DAY, H72, ROUTINE, ADMIN = Level


def marked(reached, agreed, *, code="a", version="1.0.0", hour=9, **more):
    facts = {"asked": 4, "unknown": 1, "overridden": False} | more
    return Marked(code, version, reached, agreed, hour, **facts)


def test_agreement_counts_both_ways():
    done = agreement([marked(DAY, DAY), marked(ROUTINE, DOC), marked(C15, DOC, overridden=True)])

    assert (done.sessions, done.same, done.under, done.over) == (3, 1, 1, 1)
    assert (done.asked, done.unknown, done.overridden) == (12, 3, 1)


@pytest.mark.parametrize(
    ("pairs", "kappa"),
    [
        ([], None),
        ([(DAY, DAY)] * 3, None),
        ([(C15, C15), (ADMIN, ADMIN)], 1.0),
        ([(C15, ADMIN), (ADMIN, C15)], -1.0),
        ([(C15, C15), (C15, ADMIN), (ADMIN, C15), (ADMIN, ADMIN)], 0.0),
        ([(C15, DOC), (DAY, DAY), (H72, H72)], 1 - (1 / 3) / (21 / 9)),
    ],
)
def test_weighted_kappa(pairs, kappa):
    found = weighted_kappa(pairs)

    assert found == (None if kappa is None else pytest.approx(kappa))


def test_report_is_by_protocol_version_and_hour():
    done = reported(
        [marked(DAY, DAY), marked(DAY, DOC, version="1.1.0", hour=22), marked(DAY, DAY, code="b", hour=22)]
    )

    assert [(code, version, one.sessions) for code, version, one in done.by_protocol] == [
        ("a", "1.0.0", 1),
        ("a", "1.1.0", 1),
        ("b", "1.0.0", 1),
    ]
    assert [(hour, one.under) for hour, one in done.by_hour] == [(9, 0), (22, 1)]
