"""Figures as a table, with the bound that they are to keep where there is one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure. `bound` is the most that is aimed at, in the same unit, and `least` the least."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    least: float | None = None


def show(title: str, figures: list[Figure]) -> None:
    """Print the figures beneath their title."""
    print(f"\n{title}")
    for figure in figures:
        aim = "" if figure.bound is None else f"   (aim: at most {figure.bound:g})"
        aim += "" if figure.least is None else f"   (aim: at least {figure.least:g})"
        print(f"  {figure.name:<58} {figure.value:>10.2f} {figure.unit:<5}{aim}")


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
