"""Which words a claim explains: what is left over is a detail that its ruling says nothing about.

'The music was meant to be romantic' must not rule on music that was meant to be scary. So each claim knows the words
of its statement, its line and its quotes, and those with which people put it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from bot.domain.dictionary import is_english
from bot.domain.text import fold
from bot.domain.understanding.english import STOP
from bot.domain.understanding.lexicon import Lexicon
from bot.domain.understanding.normal import stem, tokens
from bot.domain.understanding.spelling import Speller

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Words that claim nothing: whoever says them asks, doubts, insists, or tells who said so.
TALK: Final = frozenset(
    """
    100 a about absolutely accept according actual actually admit after agree ah aint all allegedly already also
    always am an and any anybody anymore anyone anything apparently are arent argue arguing argument as ask asked
    asking at away basically be because been before being believe believes bet between bot bro
    but by call called came can cannot cant certain certainly check choose claim claimed claiming claims clearly
    clue come comes convinced correct could couldnt counts course damn day deal dear debate definitely denied
    deny denying did didnt discord do does doesnt doing dont doubt dude each either else especially even ever every
    everybody everyone exactly explain fact facts fair fake false figure finally find folks for forum
    found from fully funny general get gets getting give given go goes going gonna got gotten guess guy
    guys ha had haha happen happened happens has hasnt have havent having he hear heard hello help her here hey hi
    him his hold honest honestly how huh i idea idk if ill im imagine in indeed info insist insists instead internet
    into is isnt issue it its itself ive just keep keeps kidding kind know known knows last least leave less let
    lets lie lies lying like literally ll lmao lol long look looks lot made make makes making matter may maybe me mean
    means meant mention mere merely might more most mostly much must my nah name need never new nobody
    none nope nor not nothing now obviously of off oh ok okay old omg on once one online opinion or other others our
    out own part person persuade place please pls plz point possible post posted pretend pretty probably proof prove
    proven proves provided put question quick quite rather re read reading reads really reddit remember right rumor
    rumour s said same saw say saying says see seem seems seen serious seriously settle shall she should simply
    since so some somebody someone something somewhere sort source speak speaking spoken start states status still
    stop such sum supposed sure swear t take takes talk talking tell telling tells than thank thanks that thats the
    their them then there theres these they theyre thing things think thinking thinks this tho those though thought
    thoughts thread time to today told too total totally true truly truth tumblr tv tweet twice twitter type uh um
    under understand understood up ur us use used ve verdict version versus very vs wait wanna want was wasnt way we
    well were werent what whatever whats when where whether which while who whole whose why wiki will win with
    without wonder wont word words would wouldnt wow write writes wrong x yeah year years yep yes yesterday yet you
    your youre
    didn hadnt hardly hes id no itll ive shes shouldnt theyd theyll theyre theyve weve youd youll youre youve couldve
    shouldve wouldve
    """.split()
)
# Who and what every claim is about, whether or not it says so.
_STAGE: Final = frozenset(
    "creator creators fandom maker makers people series show shows story viewer viewers writer writers".split()
)
# A word of more than this part of all claims tells none of them.
_FEW: Final = 0.4
# Words that only deny: where nothing else is said, nothing is denied.
# Strange words that are looked up as misspelt: bounds the time.
_MOST_REPAIRS: Final = 10
_DENYING: Final = frozenset("never no nobody none nope nor not nothing nowhere".split())
# 'My friend says' tells of no friendship.
_KIN: Final = re.compile(
    r"\b(?:my|a|your|our|this) (?:(?:best|little|big|older|younger|good) )?"
    r"(?:friend|brother|sister|cousin|mom|mum|dad|roommate|buddy|teacher|boyfriend|girlfriend|guy)s?\b"
)
_EMPTY: Final = STOP | TALK | _STAGE
_EMPTY_STEMS: Final = frozenset(map(stem, STOP))


class Vocabulary(msgspec.Struct, frozen=True):
    """What is learnt of words: those of each claim by its id, and how often each occurs."""

    claims: dict[str, tuple[str, ...]]
    counts: dict[str, int]


def learn_vocabulary(
    said: Mapping[str, Sequence[str]], told: Mapping[str, Sequence[str]], concepts: Sequence[tuple[str, Sequence[str]]]
) -> Vocabulary:
    """Return the vocabulary of claims by their ids: `said` is how people put them, `told` what is ours or quoted."""
    lexicon = Lexicon(concepts)
    counts = Counter(word for texts in (*said.values(), *told.values()) for text in texts for word in tokens(text))
    by_claim = {claim: _units(lexicon, (*texts, *told[claim])) for claim, texts in said.items()}
    return Vocabulary({claim: tuple(sorted(units)) for claim, units in by_claim.items()}, dict(sorted(counts.items())))


def _units(lexicon: Lexicon, texts: Iterable[str]) -> set[str]:
    """Return the stems of texts, and the concepts that they stand for."""
    stems = [[stem(word) for word in tokens(_KIN.sub(" ", fold(text)))] for text in texts]
    return {unit for row in stems for unit in (*row, *lexicon.units(row))}


class Fitting:
    """Tells the words of a text that a claim does not explain."""

    def __init__(self, vocabulary: Vocabulary, concepts: Sequence[tuple[str, Sequence[str]]]) -> None:
        self._claims = {claim: frozenset(units) for claim, units in vocabulary.claims.items()}
        self._users = Counter(unit for units in self._claims.values() for unit in units)
        self._few = max(1, round(_FEW * len(self._claims)))
        self._lexicon = Lexicon(concepts)
        self._speller = Speller(vocabulary.counts)

    def content(self, words: Iterable[str]) -> tuple[str, ...]:
        """Return the units of words that say something."""
        typed = tokens(_KIN.sub(" ", " ".join(words)))
        if _DENYING.issuperset(typed):
            return ()
        strange = [word for word in dict.fromkeys(typed) if not is_english(word)][:_MOST_REPAIRS]
        mended = {word: self._speller.repair(word) for word in strange}
        known = [mended.get(word, word) for word in typed]
        units = self._lexicon.units([stem(word) for word in known if word not in _EMPTY])
        return tuple(unit for unit in dict.fromkeys(units) if unit not in _EMPTY_STEMS)

    def telling(self, content: Iterable[str], claim: str) -> tuple[str, ...]:
        """Return those units that the claim has, and few others have."""
        return tuple(unit for unit in content if unit in self._claims[claim] and self._users[unit] <= self._few)

    def strange(self, content: Iterable[str], claim: str) -> tuple[str, ...]:
        """Return those units that the claim with this id does not explain."""
        return tuple(unit for unit in content if unit not in self._claims[claim])
