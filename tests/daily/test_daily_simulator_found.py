"""What the simulator found, each cut down to its few events."""

from __future__ import annotations

from bench.simulate.plan import DAY, HOUR, MINUTE, Event, habit
from bench.simulate.run import Outcome, World, simulate

# 09:00 in UTC comes on every day of a run, nine hours after its beginning.
NINE = 9 * HOUR


def server(**wanted: object) -> tuple[int, float]:
    """Return the number of a server whose moderators choose that, and when its post of the sixth day comes."""
    for number in range(10_000):
        chosen = habit(1, number, 0)
        if (
            chosen.zone == "UTC"
            and chosen.days == "daily"
            and all(getattr(chosen, name) == value for name, value in wanted.items())
        ):
            return number, 5 * DAY + chosen.minute * MINUTE
    raise AssertionError(f"no moderators choose {wanted}")


def run(number: int, *events: Event) -> Outcome:
    return simulate(World(1, (number,), 0.0, 12 * DAY), sorted(events))


def kinds(outcome: Outcome) -> list[str]:
    return [str(violation) for violation in outcome.violations]


def test_a_clock_set_back_into_the_nonces_window_doubles_nothing() -> None:
    number, due = server(place="text", style="text")
    lost = Event(due - 2, "edge", None, 75 * MINUTE, ("junk", 1.0))
    back = Event(due + 139, "step", None, 4 * HOUR, (-5369.0,))
    assert not kinds(run(number, lost, back))


def test_a_clock_that_is_ahead_hides_no_message_from_the_search() -> None:
    number, due = server(place="text", style="text")
    ahead = Event(due - DAY, "step", None, 1.5 * DAY, (514.2,))
    lost = Event(due - 600, "edge", None, 150 * MINUTE, ("lost", 1.0))
    assert not kinds(run(number, ahead, lost))


def test_a_time_out_is_one_though_our_clock_is_ahead_of_its_end() -> None:
    number, due = server(place="text", style="text")
    out = Event(due - 12, "time-out", number, 5 * MINUTE)
    ahead = Event(due, "step", None, 11 * HOUR, (2376.4,))
    assert not kinds(run(number, out, ahead))


def test_a_page_in_the_place_of_a_channel_does_not_end_the_posts() -> None:
    number, due = server(place="thread")
    locked = Event(due - 60, "lock", number, 5 * HOUR)
    junk = Event(due + 60, "edge", None, 2 * HOUR, ("junk", 1.0))
    outcome = run(number, locked, junk)
    assert outcome.counts["paused: archived"] == 1
    assert not kinds(outcome)


def test_a_post_archived_among_many_is_found_in_its_forum() -> None:
    number, due = server(place="forum")
    lost = Event(due - 2, "edge", None, 20.0, ("lost", 1.0))
    assert not kinds(run(number, lost, Event(due + 8, "flood", number)))


def test_a_limit_that_outlasts_the_attempt_leaves_no_doubt() -> None:
    number, due = server(place="text", style="text")
    unreadable = Event(due - HOUR, "overwrite", number, DAY, ("history",))
    outcome = run(number, unreadable, Event(due - 2, "fault", number, 15 * MINUTE, ("429", 1.0)))
    assert not kinds(outcome)
    assert "unconfirmed: unknowable" not in outcome.counts


def test_a_search_that_is_answered_408_is_made_again() -> None:
    number, due = server(place="text", style="text")
    outcome = run(number, Event(due - 2, "edge", None, 2.5 * HOUR, ("408", 1.0)))
    assert not kinds(outcome)
    assert "unconfirmed: unknowable" not in outcome.counts


def test_a_removal_while_the_sessions_are_lost_is_noticed() -> None:
    number, due = server(place="text", style="text")
    lost = [Event(due - 600, "session", None, HOUR, (shard, "new")) for shard in (0, 1)]
    gone = Event(due - 300, "leave", number, 15 * DAY)
    outcome = simulate(World(1, (number,), 0.0, 24 * DAY), sorted([*lost, gone]))
    assert not kinds(outcome)
    assert outcome.counts["schedules deleted"] == 1


def test_a_return_after_such_a_removal_lets_the_posts_go_on() -> None:
    number, due = server(place="text", style="text")
    lost = [Event(due - 600, "session", None, HOUR, (shard, "new")) for shard in (0, 1)]
    outcome = run(number, *lost, Event(due - 300, "leave", number, 3 * DAY))
    assert not kinds(outcome)
    assert "schedules deleted" not in outcome.counts


def test_a_moderator_is_answered_in_time_though_the_store_is_held() -> None:
    number, due = server(place="text", style="text")
    hold = Event(due + 5 * HOUR, "hold", None, 20.0)
    assert not kinds(run(number, hold, Event(hold.at + 0.5, "edit", number, 0.0, ("time",))))
