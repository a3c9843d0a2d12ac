"""Plans agree with theory, and the command says what to do with its figures."""

import json
import random

import pytest
from django.core.management import CommandError, call_command

from benchmarks.queue import ideal
from generation.planning import simulation

pytestmark = pytest.mark.django_db
ARRIVALS = 30_000


@pytest.mark.parametrize(("load", "workers"), [(0.5, 1), (0.7, 2), (0.9, 4)])
def test_it_waits_as_long_as_theory_says(load, workers):
    chance, moment, arrivals = random.Random(5), 0.0, []
    for _ in range(ARRIVALS):
        moment += chance.expovariate(load * workers)
        arrivals.append(moment)
    waited = simulation.waits(arrivals, workers, lambda: 1.0)
    assert waited == pytest.approx(ideal.waits(arrivals, 1.0, workers), abs=1e-6)
    assert ideal.p95(waited) == pytest.approx(ideal.mdc_p95(load, workers), rel=0.1)


def test_a_day_follows_its_curve():
    curve = [0.0] * 12 + [1.0] * 12
    arrivals = simulation.arrivals_of_a_day(1000, curve, random.Random(5))
    assert len(arrivals) == pytest.approx(1000, rel=0.1)
    assert min(arrivals) > simulation.DAY_SECONDS / 2
    assert arrivals == sorted(arrivals)


@pytest.mark.parametrize("needed", [1, 2, 3, 17, 4000])
def test_it_finds_the_fewest(needed):
    assert simulation.fewest(lambda workers: workers >= needed) == needed


def test_it_gives_up_on_what_no_number_of_workers_keeps():
    with pytest.raises(ValueError, match="not enough"):
        simulation.fewest(lambda workers: False)


def planned(capsys, *options):
    call_command("plan_capacity", "--people", "200", "--json", *options)
    return json.loads(capsys.readouterr().out)


def test_more_patience_needs_fewer_workers(capsys):
    hurried = planned(capsys, "--seconds", "30", "--wait", "2")
    patient = planned(capsys, "--seconds", "30", "--wait", "60")
    assert hurried["workers"] > patient["workers"] >= 1
    assert hurried["wait_p95"] <= 2
    assert patient["wait_p95"] <= 60


def test_it_measures_what_was_made_here(capsys, alice, submit, process):
    submit(alice)
    process.work()
    assert planned(capsys)["mean_seconds"] == pytest.approx(0.6)


def test_it_tells_the_cost_in_words(capsys):
    call_command("plan_capacity", "--people", "50", "--seconds", "3", "--hourly", "2.5")
    said = capsys.readouterr().out
    assert "60.00 a day" in said
    assert "workers are busy" in said


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--people", "0"], "--people must be more than 0"),
        (["--people", "10", "--seconds", "-1"], "--seconds must be more than 0"),
        (["--people", "10"], "give --seconds"),
        (["--people", "9000000", "--seconds", "1"], "five million"),
    ],
)
def test_it_refuses_nonsense_with_a_sentence(options, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("plan_capacity", *options)
