"""Completions: in their order, none twice, within Discord's limits."""

from __future__ import annotations

from bot.client.controls import COMPLETIONS, choices


def test_what_stands_first_stays_first_though_it_comes_again() -> None:
    made = choices([("Korra", "Korra"), ("Korrasami", "Korrasami"), ("Korra, the person", "Korra")])
    assert [(choice.name, choice.value) for choice in made] == [("Korra", "Korra"), ("Korrasami", "Korrasami")]


def test_labels_are_cut_and_values_that_are_too_long_left_out() -> None:
    made = choices([("a" * 200, "a"), ("b", "b" * 101), *((str(n), str(n)) for n in range(30))])
    assert len(made) == COMPLETIONS
    assert len(made[0].name) == 100
    assert made[1].value == "0"
