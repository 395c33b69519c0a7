from uuid import UUID

import pytest
from click.testing import CliRunner

from telesec.foundation.errors import Refused
from telesec.scheduling import reads
from telesec.scheduling.commands import calendar, opening_rules
from telesec.testing.bookable import House
from telesec.triage.levels import Level


def run(house: House, *words: str) -> list[str]:
    answer = CliRunner().invoke(calendar, words, obj=house.deps, catch_exceptions=False)
    return answer.output.splitlines()


def test_calendar_is_added_read_and_listed(house: House, tmp_path: object) -> None:
    secret = tmp_path / "secret"  # type: ignore[operator]
    secret.write_text("midi\n")

    added = run(
        house,
        *("add", str(house.practice_id), "Dr Soleil"),
        *("--kind", "memory", "--url", "memory:soleil", "--secret-file", str(secret)),
        *("--hours", "mon-fri 14:00-18:00", "--option", "server=radicale"),
    )[-1]

    schedule_id, light = added.split("\t")
    assert light == "ok"
    assert house.deps.calendars.opened[-1].secret == "midi"  # type: ignore[attr-defined]
    assert f"{schedule_id}\tmemory\tok\t{house.clock.now().isoformat()}" in run(
        house, "list", str(house.practice_id)
    )


@pytest.mark.parametrize("who", ["Dr Iris", "Soleil", ""])
def test_nobody_is_guessed_and_those_there_are_named(house: House, who: str) -> None:
    with pytest.raises(Refused) as refused:
        run(house, "add", str(house.practice_id), who, "--kind", "memory", "--url", "memory:soleil")

    assert f"Dr Soleil ({house.cast.dr_soleil_id})" in str(refused.value.sentence)


def test_check_says_which_calendar_cannot_be_read(house: House) -> None:
    house.fake.down()

    assert run(house, "check", str(house.practice_id)) == [f"{house.schedule_id}\tunreadable"]


def test_type_is_added(house: House) -> None:
    (type_id,) = run(house, "type", str(house.practice_id), "bilan", "Bilan", "45")

    assert house.offer(appointment_type_id=type_id).slots


def test_a_type_is_kept_for_urgent_calls_and_given_back(house: House) -> None:
    kept = ("--min-level", "same_day", "--release-hours", "2")

    (type_id,) = run(house, "type", str(house.practice_id), "urgence", "Urgence", "15", *kept)

    with house.deps.unit_of_work(house.ada) as uow:
        cards = {str(one.id): one for one in reads.appointment_types(uow, house.practice_id)}
    assert cards[type_id].min_level is Level.SAME_DAY
    assert house.offer(appointment_type_id=UUID(type_id)).reserved


@pytest.mark.parametrize("kept", [("--min-level", "routine"), ("--release-hours", "0")])
def test_a_level_or_hours_that_mean_nothing_are_named(house: House, kept: tuple[str, str]) -> None:
    answer = CliRunner().invoke(
        calendar, ["type", str(house.practice_id), "u", "U", "15", *kept], obj=house.deps
    )

    assert answer.exit_code == 2
    assert kept[0] in answer.output


@pytest.mark.parametrize("typed", ["mon", "someday 09:00-12:00", "mon 9-12-14", "mon 25:00-26:00"])
def test_hours_written_otherwise_are_refused(typed: str) -> None:
    with pytest.raises(Refused, match="bad_hours"):
        opening_rules(typed)
