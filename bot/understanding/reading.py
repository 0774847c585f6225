"""From text to words: folding, contractions and stems, misspellings, and phrases that mean the same."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# fmt: off
# What an apostrophe shortens. Looked up by the whole token first, then by its ending.
CONTRACTIONS: Final = MappingProxyType(
    {
        "can't": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not", "let's": "let us",
        "cant": "can not", "wont": "will not", "dont": "do not", "didnt": "did not", "doesnt": "does not",
        "isnt": "is not", "wasnt": "was not", "arent": "are not", "werent": "were not", "hasnt": "has not",
        "havent": "have not", "hadnt": "had not", "couldnt": "could not", "wouldnt": "would not",
        "shouldnt": "should not", "aint": "is not", "whats": "what is", "whos": "who is", "wheres": "where is",
        "whens": "when is", "hows": "how is", "whys": "why is", "thats": "that is", "theres": "there is",
        "theyre": "they are", "theyve": "they have", "theyd": "they would", "youre": "you are", "ive": "i have",
        "im": "i am", "hes": "he is", "shes": "she is", "lets": "let us", "cannot": "can not", "gonna": "going to",
        "wanna": "want to", "gotta": "got to", "kinda": "kind of", "sorta": "sort of", "dunno": "do not know",
        "whatd": "what did", "howd": "how did", "whyd": "why did", "didja": "did you", "woulda": "would have",
        "coulda": "could have", "shoulda": "should have", "lemme": "let me", "gimme": "give me", "tryna": "trying to",
        "it's": "it is", "who's": "who is", "what's": "what is", "how's": "how is", "why's": "why is",
        "where's": "where is", "when's": "when is", "that's": "that is", "there's": "there is", "he's": "he is",
        "she's": "she is", "here's": "here is",
    }
)
ENDINGS: Final = (
    ("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'d", " did"), ("'m", " am"),
    ("s'", "s"), ("'s", ""),
)

# What people type in chat.
CHAT: Final = MappingProxyType(
    {
        "u": "you", "ur": "your", "r": "are", "y": "why", "wut": "what", "wat": "what", "wot": "what",
        "bc": "because", "cuz": "because", "cos": "because", "coz": "because", "cause": "because", "becuz": "because",
        "pls": "please", "plz": "please", "ppl": "people", "tho": "though", "thru": "through", "abt": "about",
        "rly": "really", "srsly": "seriously", "tbh": "honestly", "w": "with", "wo": "without", "b4": "before",
        "2gether": "together", "gf": "girlfriend", "gfs": "girlfriends", "bf": "boyfriend", "rn": "now",
        "ep": "episode", "eps": "episodes", "char": "character", "chars": "characters", "esp": "especially",
        "def": "definitely", "prob": "probably", "probs": "probably", "rel": "relationship", "hav": "have",
        "da": "the", "teh": "the", "dat": "that", "dis": "this", "tv": "tv", "yrs": "years", "yr": "year",
        "wen": "when", "hw": "how", "wer": "were", "whn": "when", "whr": "where", "wich": "which", "n": "and",
        "nd": "and", "ya": "you", "yall": "you", "em": "them", "wk": "week", "wks": "weeks", "mins": "minutes",
        "min": "minutes", "secs": "seconds", "hrs": "hours", "vs": "versus", "ok": "okay", "k": "okay",
        "thx": "thanks", "ty": "thanks", "smth": "something", "sth": "something", "som1": "someone", "any1": "anyone",
        "every1": "everyone", "no1": "noone", "info": "information", "convo": "conversation", "vid": "video",
        "pic": "picture", "fav": "favourite", "fave": "favourite",
    }
)

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ORDINAL_ENDINGS = ("th", "st", "nd", "rd", *["th"] * 7)
NUMBERS: Final = MappingProxyType(
    {str(number): word for number, word in enumerate(_UNITS)}
    | {f"{at}{ending}": word for at, (ending, word) in enumerate(zip(_ORDINAL_ENDINGS, _ORDINALS, strict=True))}
)

# What counts or numbers things, however it is written.
NUMERALS: Final = frozenset(NUMBERS.values())

# Words that carry no subject. They are features like others, but no sign of what a question is about.
STOP: Final = frozenset(
    (
        "a about actually again all also am an and any anybody anyone anything are as at basically be because "
        "been being both but by can could did do does doing done down each even ever exactly for from get go got "
        "had has have having he hello her here hey hi him his honestly how i if in into is it its just know let "
        "like literally lol may me mean means might mine more most much must my no nor not now of off okay on one "
        "only or our out over own please quite really said same say says shall she should so some somebody "
        "someone something still such tell than thanks that the their them then there these they thing this those "
        "though to too under up us very was we well were what when where which who whom whose why will with would "
        "yes you your yours "
    ).split()
)

WH: Final = frozenset("who whom whose what which when where why how".split())
AUXILIARIES: Final = frozenset(
    "is am are was were do does did have has had can could will would shall should may might must".split()
)
# What counts things after "how": the type of the answer is a number.
AMOUNTS: Final = frozenset("many much long often old far big".split())

# What is said to a bot that asks nothing of it, by kind: single words, then phrases (after contractions are opened).
_SMALL_TALK: Final[dict[Literal["greeting", "thanks", "farewell", "self"], str]] = {
    "greeting": "hii heyy helloo yoo "
    "hi hello hey heya hiya hullo howdy yo sup wassup whatsup greetings morning afternoon evening hola "
    "welcome aloha hai hallo ping ahoy bonjour",
    "thanks": "thanks thank thankyou tysm tyvm cheers appreciated appreciate kudos bravo goodbot",
    "farewell": "bye goodbye byebye byee cya farewell ciao adieu goodnight gn later laters",
    "self": "help commands usage",
}
_SMALL_PHRASES: Final[dict[Literal["greeting", "thanks", "farewell", "self"], str]] = {
    "greeting": "good morning|good afternoon|good evening|good day|how are you|how are you doing|how is it going|"
    "how do you do|what is up|what is new|how have you been|how are things|nice to meet you|are you there|"
    "anyone there|are you awake|are you online|are you alive|are you working|are you okay|you there|you up|"
    "how was your day|how is your day|hope you are well|long time no see|good to see you|how you doing|"
    "are you up|is anyone there|is this on|are you on|test test|testing testing|good to have you|pleased to meet you",
    "thanks": "thank you|good bot|nice bot|great bot|best bot|well done|good job|great job|nice job|nice work|"
    "great work|good work|i love you|love you|love this bot|i love this bot|you are great|you are awesome|"
    "you are the best|you are amazing|you are so helpful|that helps|that helped|that was helpful|much obliged|"
    "cute bot|sweet bot|clever bot|smart bot|helpful bot|you rock|you rule|good answer|great answer|nice answer|"
    "nice one|good one|i like you|we love you|best bot ever|good boy|good girl|many thanks|lovely bot|cool bot|"
    "for your help|for the help|for all your help|for helping|"
    "no worries|you are cute|you are funny|you are smart|love it|love that",
    "farewell": "good night|see you|see you later|see you soon|see you tomorrow|talk to you later|take care|"
    "sleep well|sweet dreams|have a nice day|have a good day|have a good one|have a good night|catch you later|"
    "until next time|i am off|got to go|i have got to go|i have to go|have a great day|peace out|signing off|"
    "that is all|that will be all",
    "self": "who are you|what are you|who is this|what is this|what is your name|your name|what can you do|"
    "what do you do|what are you for|what are you good for|how do you work|how does this work|how do i use you|"
    "how do i use this|how to use you|how to use this|how do you use this|can you help|can you help me|help me|"
    "i need help|help please|are you a bot|are you a robot|are you real|are you human|are you a human|are you an ai|"
    "are you ai|are you a person|are you a real person|are you chatgpt|is this a bot|is this bot real|"
    "what can i ask|what can i ask you|what should i ask|what should i ask you|what do you know|"
    "what do you know about|introduce yourself|tell me about yourself|who made you|who built you|who created you|"
    "who programmed you|what commands do you have|what are your commands|list commands|show commands|"
    "what is your purpose|what is your job|what kind of bot are you|what bot is this|what can this bot do|"
    "what does this bot do|what is this bot|who is this bot|how does this bot work|do you talk|can you talk|"
    "can i ask you something|can i ask something|can i ask you a question|can i ask a question|i have a question|"
    "question for you|are you chat gpt|are you a chatbot|are you a machine|who owns you|who runs you|who coded you|"
    "what are you called|are you sentient|are you alive or a bot|are you just a bot|what should i do|"
    "what now|how do i ask|how do i ask you|how can you help|how can you help me|what do you answer|"
    "what questions can you answer|what can you answer|what can you tell me|who am i talking to",
}
# Words that stand beside small talk and change nothing of it.
ADDRESS: Final = frozenset(
    (
        "there bot robot bots canonkeeper keeper all everyone everybody guys folks friend friends buddy pal dude man "
        "mate sir again so very much lot lots a to you u my dear little cute good nice great kind please okay ok oh "
        "ah aw aww awe haha hahaha lol lmao xd and the for your help answer answers that this it is was now today "
        "tonight just really real bro bruh sis fam y'all yall team people chat server folk too i am we by way well "
        "then anyway anyways very quick super helpful hello world back of info information time one"
    ).split()
)
SMALL_TALK: Final = MappingProxyType({word: kind for kind, words in _SMALL_TALK.items() for word in words.split()})
SMALL_PHRASES: Final = MappingProxyType(
    {tuple(phrase.split()): kind for kind, phrases in _SMALL_PHRASES.items() for phrase in phrases.split("|")}
)
LONGEST_PHRASE: Final = max(map(len, SMALL_PHRASES))

# Irregular forms to the form that the stemmer leaves alone.
IRREGULAR: Final = MappingProxyType(
    {
        "fell": "fall", "fallen": "fall", "felt": "feel", "knew": "know", "known": "know", "made": "make",
        "wrote": "write", "written": "write", "took": "take", "taken": "take", "thought": "think", "said": "say",
        "told": "tell", "gave": "give", "given": "give", "got": "get", "gotten": "get", "went": "go", "gone": "go",
        "came": "come", "saw": "see", "seen": "see", "held": "hold", "kept": "keep", "left": "leave",
        "broke": "break", "broken": "break", "began": "begin", "begun": "begin", "found": "find", "fought": "fight",
        "grew": "grow", "grown": "grow", "won": "win", "meant": "mean", "planned": "plan", "chose": "choose",
        "chosen": "choose", "drew": "draw", "drawn": "draw", "read": "read", "showed": "show", "shown": "show",
        "became": "become", "brought": "bring", "bought": "buy", "caught": "catch", "heard": "hear", "met": "meet",
        "paid": "pay", "ran": "run", "sang": "sing", "sung": "sing", "sat": "sit", "spoke": "speak",
        "spoken": "speak", "stood": "stand", "understood": "understand", "women": "woman", "men": "man",
        "children": "child", "lives": "life", "was": "be", "were": "be", "is": "be", "are": "be", "am": "be",
        "been": "be", "being": "be", "did": "do", "does": "do", "done": "do", "has": "have", "had": "have",
        "could": "can", "kids": "kid", "threw": "throw", "lost": "lose", "wore": "wear", "worn": "wear",
        "led": "lead", "built": "build", "sent": "send", "spent": "spend", "taught": "teach", "wed": "marry",
        "married": "marry", "kissed": "kiss", "died": "die", "dying": "die", "lied": "lie", "tried": "try",
        "series": "series", "shed": "shed", "struck": "strike", "hid": "hide", "hidden": "hide", "better": "good",
        "best": "good", "colour": "color", "favourite": "favorite", "wholeheartedly": "wholeheartedly",
        "people": "people",
        # Plurals of words that end in s themselves: that s is cut off as well, as it is where the word stands alone.
        "aliases": "alia", "atlases": "atla", "biases": "bia", "buses": "bus", "canvases": "canva", "gases": "gas",
        "lenses": "len",
    }
)
# fmt: on


# Characters looked at; a Discord question that needs more than this is not a question.
LONGEST: Final = 400
# Tokens kept: bounds the time of everything downstream.
MOST_TOKENS: Final = 60

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")
# Letters and signs, but no digits: 2000 is not 200.
_STRETCHED = re.compile(r"(\D)\1{2,}")
_POINTS = re.compile(r"\b(?:[a-z]\.){2,}")


# Words whose folding and stem are remembered: learning meets the same ones over and over.
_REMEMBERED: Final = 4_096


def _opened(token: str) -> str:
    whole = CONTRACTIONS.get(token)
    if whole is not None:
        return whole
    if "'" in token:
        for ending, opened in ENDINGS:
            if token.endswith(ending) and len(token) > len(ending):
                return token[: -len(ending)] + opened
        return token.replace("'", "")
    return CHAT.get(token, token)


@lru_cache(_REMEMBERED)
def _parts(token: str) -> tuple[str, ...]:
    opened = NUMBERS.get(token) or _opened(token)
    return tuple(part.replace("'", "") for part in opened.split())


def tokens(text: str) -> list[str]:
    """Return the folded words of the text in order, at most MOST_TOKENS; words have no apostrophes."""
    folded = _STRETCHED.sub(r"\1\1", fold(text, LONGEST)).replace("&", " and ")
    if "." in folded:
        folded = _POINTS.sub(lambda m: m.group().replace(".", ""), folded)
    words: list[str] = []
    for token in _WORD.findall(folded):
        words.extend(_parts(token))
        if len(words) >= MOST_TOKENS:
            break
    return words[:MOST_TOKENS]


def is_number(word: str) -> bool:
    """Whether a folded word is a number, in digits or in letters."""
    return word.isdigit() or word in NUMERALS


# The least that an ending must leave of a word.
_LEAST_LEFT: Final = 3
_SHORT: Final = 4


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > _SHORT:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _bare(word: str) -> str:
    for ending in ("ing", "ed"):
        left = word.removesuffix(ending)
        if left != word and len(left) >= _LEAST_LEFT and any(letter in "aeiouy" for letter in left):
            return left[:-1] if len(left) > _LEAST_LEFT and left[-1] == left[-2] and left[-1] not in "lsz" else left
    return word.removesuffix("ly") if len(word) > _SHORT + 1 else word


@lru_cache(_REMEMBERED)
def stem(word: str) -> str:
    """Return the word without its commonest endings: a light cut of Porter's algorithm (1980), steps 1 and 5a.

    Over-stemming would join what tells two facts apart, so derivational endings stay.
    """
    irregular = IRREGULAR.get(word)
    if irregular is not None:
        return irregular
    if len(word) <= _LEAST_LEFT or not word.isalpha():
        return word
    word = _bare(_singular(word))
    if word.endswith("e") and len(word) > _SHORT:
        word = word[:-1]
    return word[:-1] + "i" if len(word) > _LEAST_LEFT and word.endswith("y") else word


# First letter of a concept token: no folded word begins with it.
MARK: Final = "@"


class Lexicon:
    """Replaces the longest known phrases of a token list by concept tokens (`@id`)."""

    def __init__(self, concepts: Iterable[tuple[str, Sequence[str]]]) -> None:
        meanings: dict[tuple[str, ...], list[str]] = {}
        for concept, forms in concepts:
            for form in forms:
                key = tuple(stem(token) for token in tokens(form))
                if key and MARK + concept not in meanings.setdefault(key, []):
                    meanings[key].append(MARK + concept)
        self._meanings = {key: tuple(ids) for key, ids in meanings.items()}
        # For each first word, how long the phrases are that begin with it, longest first.
        self._lengths = {
            first: sorted({len(key) for key in keys}, reverse=True)
            for first, keys in groupby(sorted(meanings), key=itemgetter(0))
        }

    def units(self, stems: Sequence[str]) -> list[str]:
        """Return the stems with each longest matching phrase replaced by its concept tokens."""
        found: list[str] = []
        at = 0
        while at < len(stems):
            for length in self._lengths.get(stems[at], ()):
                ids = self._meanings.get(tuple(stems[at : at + length]))
                if ids:
                    found.extend(ids)
                    at += length
                    break
            else:
                found.append(stems[at])
                at += 1
        return found


# Engines of one announcement have the same concepts; tests go from one announcement to another and back.
_LEXICONS: Final = 4


@lru_cache(_LEXICONS)
def lexicon(concepts: tuple[tuple[str, tuple[str, ...]], ...]) -> Lexicon:
    """Return the lexicon of these concepts: one for all who ask for the same, as nothing ever changes it."""
    return Lexicon(concepts)


SmallTalk = Literal["greeting", "thanks", "farewell", "self"]

# More words than this are hardly a greeting.
LONGEST_SMALL_TALK: Final = 14


def small_talk(words: Sequence[str]) -> SmallTalk | None:
    """Return what kind of small talk the folded words are; None for anything else."""
    if not 0 < len(words) <= LONGEST_SMALL_TALK:
        return None
    left = _without_phrases(tuple(words))
    kinds = [word.kind for word in left if isinstance(word, _Said)]
    kinds += [kind for word in left if isinstance(word, str) and (kind := SMALL_TALK.get(word))]
    strange = [word for word in left if isinstance(word, str) and word not in SMALL_TALK and word not in ADDRESS]
    if strange or not kinds:
        return None
    # 'Hi, who are you?' wants to know, and 'hi, thanks, bye' is a goodbye: the kind that says most.
    return max(kinds, key=_WEIGHT.__getitem__)


_WEIGHT: Final[dict[SmallTalk, int]] = {"greeting": 0, "thanks": 1, "farewell": 2, "self": 3}


class _Said:
    """A phrase of small talk in the place of its words."""

    def __init__(self, kind: SmallTalk) -> None:
        self.kind: SmallTalk = kind


def _without_phrases(words: tuple[str, ...]) -> list[str | _Said]:
    """Return the words with each known phrase, the longest first, put together."""
    found: list[str | _Said] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 1, -1):
            kind = SMALL_PHRASES.get(words[at : at + length])
            if kind is not None:
                found.append(_Said(kind))
                at += length
                break
        else:
            found.append(words[at])
            at += 1
    return found
