"""Repair of misspelt words against the words that the examples know."""

from collections.abc import Iterable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

# Words shorter than this are too close to each other to be repaired.
SHORTEST = 4
# From this length on two slips are forgiven, below it one.
LONG = 7
# Unknown words looked up in one text: bounds the time.
MOST_REPAIRS = 5


class Speller:
    """Knows the words of the examples with how often they occur."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = dict(sorted(counts.items()))
        shelves: dict[int, list[str]] = {}
        for word in self.counts:
            if len(word) >= SHORTEST:
                shelves.setdefault(len(word), []).append(word)
        self._shelves = shelves

    def repair(self, word: str) -> str:
        """Return the likeliest known word near this one, or the word itself.

        Near: one slip (insert, delete, substitute, transpose), two from LONG letters on; Damerau 1964.
        """
        if word in self.counts or len(word) < SHORTEST or not word.isalpha():
            return word
        slips = 2 if len(word) >= LONG else 1
        best: tuple[int, int, int, str] | None = None
        for size in range(len(word) - slips, len(word) + slips + 1):
            for candidate, distance, _ in process.extract(
                word, self._shelves.get(size, ()), scorer=OSA.distance, score_cutoff=slips, limit=None
            ):
                rank = (int(distance), int(candidate[0] != word[0]), -self.counts[candidate], candidate)
                if best is None or rank < best:
                    best = rank
        return word if best is None else best[3]

    def repaired(self, words: Iterable[str]) -> list[str]:
        """Return the words with at most MOST_REPAIRS unknown ones looked up."""
        out: list[str] = []
        tries = 0
        for word in words:
            if tries < MOST_REPAIRS and word not in self.counts and len(word) >= SHORTEST:
                tries += 1
                out.append(self.repair(word))
            else:
                out.append(word)
        return out
