"""Check an announcement as a whole: every mistake and every remark, in words for the person who edits the files."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

import msgspec

from bot.announcement.model import Person
from bot.announcement.quotes import introduces
from bot.announcement.words import NO_STRENGTH, Meaning, with_article
from bot.text import counted, normalise, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Protocol

    from bot.announcement.model import Announcement, Inset, Passage, QuoteEntry, Subject
    from bot.announcement.words import Words

    # The words of which the values of some keys must be one.
    Choices = Mapping[str, tuple[str, ...]]

# What an author still has to fill in; new-announcement writes it where the article doesn't tell.
OPEN: Final = "???"

_AT = re.compile(r" - at `\$\.?(.*)`$")
# What a pattern of the structs asks for.
_PATTERNS: Final = {
    "^[a-z0-9]+(-[a-z0-9]+)*$": "must be made of lowercase letters, digits and single hyphens",
    "^#[0-9A-Fa-f]{6}$": "must be a colour such as #2F6DB5",
    "^https?://[!-;=?-~]+$": "must be an address such as https://example.org/article",
}
# What TOML's types are called, and how they are written.
_TYPES: Final = {
    "str": "text is expected, in quotation marks",
    "array": "a list is expected, in square brackets",
    "object": "a table is expected, with a key and a value on each line",
    "bool": "true or false is expected, without quotation marks",
}
_RULES: Final = (
    (re.compile(r"Object missing required field `(.+)`"), r"the entry is missing the key `\1`"),
    (re.compile(r"Object contains unknown field `(.+)`"), r"the entry has an unknown key: `\1`"),
    (re.compile(r"Expected `str` of length >= 1"), "{at} can't be empty"),
    (re.compile(r"Expected `str` of length <= (\d+)"), r"{at} is too long; at most \1 characters fit"),
    (re.compile(r"Expected `array` of length <= (\d+)"), r"{at} has too many; at most \1 fit"),
)
_MATCHING = re.compile(r"Expected `str` matching regex '(.+)'")
_EXPECTED = re.compile(r"Expected `(\w+)(?: \| null)?`, got `\w+`")
_ENUM = re.compile(r"Invalid enum value (.+)")


def plain(reason: str, choices: Choices) -> str:
    """Return msgspec's `reason` for refusing an entry, without a word of Python; `choices` are those of its keys."""
    found = _AT.search(reason)
    place = _place(found[1]) if found else ""
    at = f"`{place}`" if place else "the entry"
    said = _AT.sub("", reason)
    for rule, words in _RULES:
        if match := rule.fullmatch(said):
            return match.expand(words).replace("{at}", at)
    if match := _MATCHING.fullmatch(said):
        return f"{at} {_PATTERNS[match[1]]}"
    if match := _EXPECTED.fullmatch(said):
        return f"{at}: {_TYPES.get(match[1], f'{match[1]} is expected')}"
    if (match := _ENUM.fullmatch(said)) and place in choices:
        return f"{at} must be one of {', '.join(choices[place])}; it is {match[1]}"
    return reason


def every(content: object, struct: Any, choices: Choices, error: msgspec.ValidationError) -> tuple[str, ...]:
    """Return each of the reasons for refusing an entry, of which `error` tells the first, in words for a person."""
    if not isinstance(content, dict) or not isinstance(struct, type) or not issubclass(struct, msgspec.Struct):
        return (plain(str(error), choices),)
    found = [still_open(content, choices)]
    known = {field.name: field for field in msgspec.structs.fields(struct)}
    found += [f"the entry has an unknown key: `{key}`" for key in content if key not in known]
    for key, field in known.items():
        if key not in content:
            found += [f"the entry is missing the key `{key}`"] if field.required else []
        elif not any(_open(key, content[key])):
            found.append(_refused(key, content[key], field.type, choices))
    return tuple(filter(None, found))


def _refused(key: str, value: object, kind: Any, choices: Choices) -> str:
    """Return why a key's value is refused; nothing where it isn't."""
    try:
        msgspec.convert({key: value}, msgspec.defstruct("Key", [(key, kind)]))
    except msgspec.ValidationError as error:
        return plain(str(error), choices)
    return next(unchosen({key: value}, choices), "")


def unchosen(content: object, choices: Choices) -> Iterator[str]:
    """Yield in words each key whose value isn't among its choices."""
    for key, value in content.items() if isinstance(content, dict) else ():
        if isinstance(value, str) and key in choices and value not in choices[key]:
            yield f"`{key}` must be one of {', '.join(choices[key])}; it is '{value}'"


def still_open(content: object, choices: Choices) -> str:
    """Return in words which keys of an entry still hold the mark `OPEN`; nothing where none does."""
    if not isinstance(content, dict):
        return ""
    words = "; ".join(
        f"`{path}`{_choice(choices, key)}" for key, value in content.items() for path in _open(key, value)
    )
    return f"still to be filled in: {words}" if words else ""


def _open(path: str, value: object) -> Iterator[str]:
    """Yield the paths of the keys, at `path` and within, that hold the mark; what is in a list is told once."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _open(f"{path}.{key}", inner)
    elif isinstance(value, list):
        yield from dict.fromkeys(found for inner in value for found in _open(path, inner))
    elif value == OPEN:
        yield path


def _choice(choices: Choices, key: str) -> str:
    return f", one of {', '.join(choices[key])}" if key in choices else ""


def _place(path: str) -> str:
    """Return the key of a path such as `topics[0]` or `inset[0].text`."""
    return re.sub(r"\[[^\]]*\]", "", path)


_MARKS = "\"\u201c\u201d'\u2018\u2019()[]"


def check_words(announcement: Announcement) -> Iterator[str]:
    """Yield a mistake for each inset or quote whose words do not stand whole in their passage."""
    passages = {passage.id: passage for passage in announcement.passages}
    for passage in announcement.passages:
        for inset in passage.inset:
            if inset.text not in passage.text:
                yield f"passages.toml: passage '{passage.id}': the inset \"{inset.text}\" isn't in it word for word"
    seen: dict[tuple[str, str], str] = {}
    for quote in announcement.quotes:
        where = f"quotes.toml: quote '{quote.id}'"
        if quote.passage in passages:
            yield from _quote(where, quote, passages[quote.passage])
        first = seen.setdefault((quote.passage, quote.text), quote.id)
        if first != quote.id:
            yield f"{where}: has the same words as '{first}'"


def check_listed(announcement: Announcement) -> Iterator[str]:
    """Yield a mistake for each two listed quotes that share words, and for each that cannot stand alone.

    Also for each speaker or topic whose quotes are all unlisted: nothing could be drawn for it.
    """
    passages = {passage.id: passage for passage in announcement.passages}
    whole = [q for q in announcement.quotes if q.passage in passages and q.text in passages[q.passage].text]
    listed = [(quote, span(quote, passages[quote.passage])) for quote in whole if quote.listed]
    for at, (quote, (start, end)) in enumerate(listed):
        where = f"quotes.toml: quote '{quote.id}'"
        for other, (first, last) in listed[:at]:
            if other.passage == quote.passage and start < last and first < end:
                yield (
                    f"{where}: shares words with '{other.id}', and both are listed, so people would see the same "
                    f"words twice; put `listed = false` on one of them"
                )
        if introduces(quote.text):
            yield f"{where}: ends with a colon, but leaves out what should follow; put `listed = false` on it"
    for file, key, owners in (
        ("speakers.toml", "speaker", lambda quote: (speaker_of(quote, passages[quote.passage]),)),
        ("topics.toml", "topic", lambda quote: quote.topics),
    ):
        drawn = {owner for quote, _ in listed for owner in owners(quote)}
        for owner in dict.fromkeys(owner for quote in whole for owner in owners(quote)):
            if owner not in drawn:
                yield f"{file}: {key} '{owner}': none of its quotes is listed, so there'd be nothing to pick; list one"


def span(quote: QuoteEntry, passage: Passage) -> tuple[int, int]:
    """Return where a quote begins and ends in its passage, in characters."""
    start = passage.text.index(quote.text)
    return start, start + len(quote.text)


def _quote(where: str, quote: QuoteEntry, passage: Passage) -> Iterator[str]:
    if quote.text not in passage.text:
        yield f"{where}: its text isn't in passage '{passage.id}'; copy it from there, word for word"
        return
    inset = _inset_of(quote, passage)
    if not _whole(quote.text, inset.text if inset else passage.text):
        yield f"{where}: isn't a run of whole sentences from passage '{passage.id}'"


def speaker_of(quote: QuoteEntry, passage: Passage) -> str:
    """Return the id of the speaker whose words the quote is: an inset's words belong to the inset's."""
    inset = _inset_of(quote, passage)
    return inset.speaker if inset else passage.speaker


def _inset_of(quote: QuoteEntry, passage: Passage) -> Inset | None:
    """Return the inset within which the quote stands, marks of quotation aside."""
    words = quote.text.strip(_MARKS)
    at = passage.text.index(quote.text) + quote.text.index(words)
    for inset in passage.inset:
        start = passage.text.find(inset.text)
        if start <= at and at + len(words) <= start + len(inset.text):
            return inset
    return None


def _whole(run: str, text: str) -> bool:
    """Whether `run` is a series of whole sentences of `text`, give or take marks of quotation around it."""
    pieces = [piece.strip(_MARKS) for piece in sentences(text)]
    wanted = [piece.strip(_MARKS) for piece in sentences(run)]
    return any(pieces[at : at + len(wanted)] == wanted for at in range(len(pieces) - len(wanted) + 1))


# What a person reads in one answer, at most.
FACT_SENTENCES = 3


def check(announcement: Announcement) -> tuple[str, ...]:
    """Return every mistake in the announcement: file, entry and reason. Empty when there is none."""
    return tuple(
        mistake
        for rule in (_ids, _speakers, check_words, check_listed, _rulings, _facts, _aliases, _references)
        for mistake in rule(announcement)
    )


def _ids(announcement: Announcement) -> Iterator[str]:
    for file, entries in _files(announcement):
        for repeated, times in Counter(ids := [entry.id for entry in entries]).items():
            if times > 1:
                yield f"{file}: '{repeated}' is used {times} times; every id must be unique"
        if not ids and file not in _OPTIONAL:
            yield f"{file}: has no entries; at least one is needed"


# What an announcement may do without.
_OPTIONAL: Final = frozenset({"people.toml", "subjects.toml", "claims/", "timeline.toml", "lexicon.toml"})


def _files(announcement: Announcement) -> tuple[tuple[str, tuple[_Identified, ...]], ...]:
    return (
        ("sources.toml", announcement.sources),
        ("speakers.toml", announcement.speakers),
        ("topics.toml", announcement.topics),
        ("passages.toml", announcement.passages),
        ("quotes.toml", announcement.quotes),
        ("people.toml", announcement.people),
        ("subjects.toml", announcement.subjects),
        ("claims/", announcement.claims),
        ("facts/", announcement.facts),
        ("timeline.toml", announcement.timeline),
        ("lexicon.toml", announcement.concepts),
    )


def _speakers(announcement: Announcement) -> Iterator[str]:
    quoted_by = {speaker.id: speaker.quoted_by for speaker in announcement.speakers}
    for speaker, next_one in quoted_by.items():
        seen = {speaker}
        while next_one is not None:
            if next_one in seen:
                yield f"speakers.toml: speaker '{speaker}': 'quoted_by' leads back to itself"
                break
            seen.add(next_one)
            next_one = quoted_by.get(next_one)  # noqa: PLW2901 - the walk goes on from here


def _rulings(announcement: Announcement) -> Iterator[str]:
    words = announcement.words
    persons = {person.id for person in announcement.people} | {subject.id for subject in _unnamed(announcement)}
    for subject in announcement.subjects:
        where = f"subjects.toml: subject '{subject.id}'"
        wanted = words.subjects[subject.kind].members
        # Somebody or something alone may stand for itself.
        if len(set(subject.members) or {subject.id}) != wanted:
            members = "one member" if wanted == 1 else "two different members"
            yield f"{where}: {with_article(subject.kind)} has {members}"
        yield from _unknown(where, "members", subject.members, persons, "people.toml")
        yield from _backed(where, subject.verdict, subject, words)
    for claim in announcement.claims:
        yield from _backed(f"claims/{claim.id}.toml", claim.ruling, claim, words)


def _backed(where: str, verdict: str, entry: _Ruled, words: Words) -> Iterator[str]:
    """Yield a mistake unless a ruling has evidence, and what is not ruled on has none."""
    ruled = words.means(verdict) is not Meaning.SILENT
    if ruled and not entry.quotes:
        yield f"{where}: a ruling needs evidence: name at least one quote"
    if ruled and entry.strength == NO_STRENGTH:
        strong = " or ".join(f"'{strength}'" for strength in words.strengths)
        yield f"{where}: strength '{NO_STRENGTH}' only goes with '{words.silent}'; use {strong}"
    if not ruled and (entry.quotes or entry.strength != NO_STRENGTH):
        yield f"{where}: what isn't addressed can't have quotes, and its strength is '{NO_STRENGTH}'"


def _facts(announcement: Announcement) -> Iterator[str]:
    texts = {quote.id: quote.text for quote in announcement.quotes}
    for fact in announcement.facts:
        where = f"facts/{fact.id}.toml"
        if not fact.quotes:
            yield f"{where}: a fact needs evidence: name the quotes that back it up"
        length = sum(len(sentences(texts.get(quote, ""))) for quote in fact.quotes)
        if length > FACT_SENTENCES:
            yield f"{where}: its quotes have {length} sentences; at most {FACT_SENTENCES} are shown"


def _unnamed(announcement: Announcement) -> Iterator[Subject]:
    """Yield the subjects that stand for themselves: what is no person, nor a pair of others."""
    for subject in announcement.subjects:
        if not subject.members and not announcement.words.is_pair(subject.kind):
            yield subject


def completed(announcement: Announcement) -> Announcement:
    """Return the announcement with those among its people that only stand in its subjects, and as their members."""
    known = {person.id for person in announcement.people}
    unnamed = {subject.id: subject for subject in _unnamed(announcement)}
    added = (
        Person(id=subject.id, name=subject.name, aliases=subject.aliases)
        for subject in unnamed.values()
        if subject.id not in known
    )
    return msgspec.structs.replace(
        announcement,
        people=(*announcement.people, *added),
        subjects=tuple(
            msgspec.structs.replace(subject, members=(subject.id,)) if subject.id in unnamed else subject
            for subject in announcement.subjects
        ),
    )


def _aliases(announcement: Announcement) -> Iterator[str]:
    """Yield a mistake where a name leads to two entries: speakers and topics share a box, subjects and people do."""
    # What is looked for first in the box for quotes: an id, and the word for chance.
    taken = [("quotes.toml: the word for a quote by chance", "random")]
    taken += [(f"quotes.toml: '{quote.id}'", quote.id) for quote in announcement.quotes if "-" not in quote.id]
    quote_box = taken + [
        (f"{file}: '{entry.id}'", name)
        for file, entries in (("speakers.toml", announcement.speakers), ("topics.toml", announcement.topics))
        for entry in entries
        for name in {normalise(name) for name in (entry.name, entry.id, *entry.aliases)}
    ]
    persons = {person.id for person in announcement.people}
    # A subject that has a person's id is that person; others of one member only point to somebody.
    apart = [subject for subject in _unnamed(announcement) if subject.id not in persons]
    pairs = [subject for subject in announcement.subjects if announcement.words.is_pair(subject.kind)]
    named = [
        (f"{file}: '{entry.id}'", name)
        for file, entries in (("people.toml", announcement.people), ("subjects.toml", (*apart, *pairs)))
        for entry in entries
        for name in {normalise(name) for name in (entry.name, entry.id, *entry.aliases)}
    ]
    forms = [
        (f"lexicon.toml: '{concept.id}'", normalise(form))
        for concept in announcement.concepts
        for form in concept.forms
    ]
    for names in (quote_box, named, forms):
        first: dict[str, str] = {}
        for where, name in names:
            if not name:
                yield f"{where}: an alias has no letters or digits"
            elif name in first:
                yield f"{where}: the alias '{name}' is already taken by {first[name]}"
            else:
                first[name] = where


def _references(announcement: Announcement) -> Iterator[str]:
    known = {
        "speakers.toml": {entry.id for entry in announcement.speakers},
        "sources.toml": {entry.id for entry in announcement.sources},
        "topics.toml": {entry.id for entry in announcement.topics},
        "passages.toml": {entry.id for entry in announcement.passages},
        "quotes.toml": {entry.id for entry in announcement.quotes},
        "facts/": {entry.id for entry in announcement.facts},
        "subjects.toml": {entry.id for entry in announcement.subjects},
    }
    for where, key, ids, file in _links(announcement):
        yield from _unknown(where, key, ids, known[file], file)


def _links(announcement: Announcement) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Each reference: where it stands, under which key, the ids, and the file that must hold them."""
    for source in announcement.sources:
        yield f"sources.toml: source '{source.id}'", "author", (source.author,), "speakers.toml"
    for speaker in announcement.speakers:
        if speaker.quoted_by:
            yield f"speakers.toml: speaker '{speaker.id}'", "quoted_by", (speaker.quoted_by,), "speakers.toml"
    for passage in announcement.passages:
        where = f"passages.toml: passage '{passage.id}'"
        yield where, "source", (passage.source,), "sources.toml"
        speakers = (passage.speaker, *(inset.speaker for inset in passage.inset))
        yield where, "speaker", speakers, "speakers.toml"
    for quote in announcement.quotes:
        where = f"quotes.toml: quote '{quote.id}'"
        yield where, "passage", (quote.passage,), "passages.toml"
        yield where, "topics", quote.topics, "topics.toml"
    for subject in announcement.subjects:
        yield f"subjects.toml: subject '{subject.id}'", "quotes", subject.quotes, "quotes.toml"
    for claim in announcement.claims:
        yield f"claims/{claim.id}.toml", "quotes", claim.quotes, "quotes.toml"
        yield f"claims/{claim.id}.toml", "facts", claim.facts, "facts/"
        yield f"claims/{claim.id}.toml", "subject", (claim.subject,) if claim.subject else (), "subjects.toml"
    for fact in announcement.facts:
        yield f"facts/{fact.id}.toml", "quotes", fact.quotes, "quotes.toml"
    for step in announcement.timeline:
        yield f"timeline.toml: entry '{step.id}'", "quote", (step.quote,), "quotes.toml"


def _unknown(where: str, key: str, ids: Iterable[str], known: set[str], file: str) -> Iterator[str]:
    for wanted in ids:
        if wanted not in known:
            yield f"{where}: {key} names '{wanted}', which isn't in {file}"


if TYPE_CHECKING:

    class _Identified(Protocol):
        @property
        def id(self) -> str: ...

    class _Ruled(Protocol):
        @property
        def quotes(self) -> tuple[str, ...]: ...
        @property
        def strength(self) -> str: ...


# With fewer phrasings than this, a fact is often missed (docs/decisions/understanding.md).
FEW: Final = 10
# How many of a kind are told one by one.
_TOLD: Final = 10


def remarks(announcement: Announcement) -> tuple[str, ...]:
    """Return what an author may want to look at: unused passages, texts under two facts, repeats, few phrasings."""
    kinds = (_unused, _torn, _repeated, _few, _nothing_outside)
    return tuple(line for kind in kinds for line in kind(announcement))


def _unused(announcement: Announcement) -> Iterator[str]:
    used = {quote.passage for quote in announcement.quotes}
    yield from _first(
        [
            f"passages.toml: passage '{passage.id}': no quote is taken from it, so nothing can be shown of it"
            for passage in announcement.passages
            if passage.id not in used
        ]
    )


def _asked(announcement: Announcement) -> Iterator[tuple[str, str]]:
    """Yield each phrasing (fact id, text)."""
    for phrasings in announcement.phrasings:
        for fact, texts in phrasings.facts.items():
            for text in texts:
                yield fact, text


def _torn(announcement: Announcement) -> Iterator[str]:
    facts: defaultdict[str, set[str]] = defaultdict(set)
    outside = {normalise(text) for phrasings in announcement.phrasings for text in phrasings.out_of_scope}
    for fact, text in _asked(announcement):
        facts[normalise(text)].add(f"facts/{fact}.toml")
    for text in outside & facts.keys():
        facts[text].add("out_of_scope/")
    torn = sorted((text, " and in ".join(sorted(files))) for text, files in facts.items() if len(files) > 1)
    yield from _first([f"'{text}' is in {files}: it can belong to only one of them" for text, files in torn])


def _repeated(announcement: Announcement) -> Iterator[str]:
    times = Counter((fact, normalise(text)) for fact, text in _asked(announcement))
    again = sum(count - 1 for count in times.values())
    if again:
        yield f"{again} phrasings repeat another one of the same fact; they do no harm, but teach nothing"


def _few(announcement: Announcement) -> Iterator[str]:
    times = Counter(fact for fact, _ in _asked(announcement))
    few = {fact.id: times[fact.id] for fact in announcement.facts if times[fact.id] < FEW}
    yield from _first(
        [
            f"facts/{fact}.toml: {counted(n, 'phrasing')}; with {FEW} it's found far more often"
            for fact, n in few.items()
        ]
    )


def _nothing_outside(announcement: Announcement) -> Iterator[str]:
    if not any(phrasings.out_of_scope for phrasings in announcement.phrasings):
        yield "out_of_scope/: is empty; without examples of what has no answer, off-topic questions get one"


def _first(lines: list[str]) -> Iterator[str]:
    yield from lines[:_TOLD]
    if len(lines) > _TOLD:
        yield f"... and {len(lines) - _TOLD} more like the last one"
