"""The arithmetic: what is made of measured numbers. Everything here is a time or another cost, so less is better."""

import statistics
from dataclasses import dataclass, field


class Failure(Exception):
    """A program that does not build, does not run or is wrong. It takes the place of a number."""


class NoDifference(Failure):
    """Two sizes of work that take the same time."""


@dataclass(frozen=True)
class Sample:
    """Repetitions of one measurement."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def __str__(self) -> str:
        if len(self.values) == 1:
            return number(self.median)
        return f"{number(self.median)} ({number(self.low)}..{number(self.high)})"


def number(value: float) -> str:
    """Three digits that count."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    if abs(value) >= 1:
        return f"{value:.2f}"
    return f"{value:.3f}"


def quotient(small: float, large: float, steps: float) -> float:
    """What one of `steps` costs, from a run with them and one without: what both runs do falls out."""
    if steps <= 0:
        raise ValueError("a difference needs two sizes")
    if large <= small:
        raise NoDifference("no difference between the two sizes: too little work, or none done")
    return (large - small) / steps


def crossing(points: list[tuple[float, float]], level: float) -> float:
    """Where efficiency first reaches `level`: points are (granularity, efficiency), interpolated between neighbours."""
    points = sorted(points)
    if not points or points[-1][1] < level:
        raise Failure(f"efficiency stays below {level:.0%} (is the machine busy with something else?)")
    if points[0][1] >= level:
        return points[0][0]
    for (x0, y0), (x1, y1) in reversed(list(zip(points, points[1:]))):
        if y0 < level <= y1:
            return x0 + (x1 - x0) * (level - y0) / (y1 - y0)
    return points[0][0]


@dataclass(frozen=True)
class AtMost:
    """Not more than a mark."""

    mark: float

    def __str__(self):
        return f"<= {self.mark:g}"

    def met(self, row) -> bool:
        return row.ours.median <= self.mark


@dataclass(frozen=True)
class Ahead:
    """At least `by` times as fast as the best of the peers (of those named, if any are)."""

    by: float = 1.0
    of: tuple[str, ...] = ()

    def __str__(self):
        return f">= {self.by:g}x " + (f"of {', '.join(self.of)}" if self.of else "of every peer")

    def met(self, row) -> bool | None:
        best = row.best(self.of)
        return None if best is None else best[1].median / row.ours.median >= self.by


@dataclass(frozen=True)
class OfFloor:
    """At least this share of what the floor allows (above 1: past it)."""

    share: float

    def __str__(self):
        return f">= {self.share:.3g} of the floor"

    def met(self, row) -> bool | None:
        return None if row.floor is None else row.floor.median / row.ours.median >= self.share


@dataclass
class Row:
    """One line of a table."""

    name: str
    unit: str
    ours: Sample | None = None
    error: str = ""
    peers: dict[str, Sample] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    floor: Sample | None = None
    goals: tuple = ()
    note: str = ""

    def best(self, of: tuple[str, ...] = ()) -> tuple[str, Sample] | None:
        known = [(name, sample) for name, sample in self.peers.items() if not of or name in of]
        return min(known, key=lambda peer: peer[1].median, default=None)

    def ratio(self) -> float | None:
        """How much faster than the best peer we are; where there is no peer, than the floor."""
        rival = self.best()[1] if self.peers else self.floor
        return None if self.ours is None or rival is None else rival.median / self.ours.median

    def verdict(self) -> str:
        """A goal without anything to hold it against is not met: it is said to be open."""
        if self.ours is None:
            return "ERROR"
        verdicts = [goal.met(self) for goal in self.goals]
        if not verdicts:
            return "-"
        if False in verdicts:
            return "missed"
        return "open" if None in verdicts else "met"
