"""English as data: the only language knowledge of the engine, none of it about any announcement.

Every table maps folded tokens (see `normal.fold`) to folded tokens.
"""

from types import MappingProxyType
from typing import Final

# fmt: off
# Look-alikes from Cyrillic, Greek and a few others (a subset of Unicode's confusables.txt), after case folding.
HOMOGLYPHS: Final = str.maketrans(
    {
        "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "н": "h", "і": "i", "ї": "i", "ј": "j",
        "к": "k", "ӏ": "l", "м": "m", "п": "n", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "у": "y", "ѵ": "v",
        "ԝ": "w", "х": "x", "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p",
        "τ": "t", "υ": "u", "χ": "x", "ɑ": "a", "ɡ": "g", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "’": "'", "‘": "'",
        "ʼ": "'", "`": "'", "´": "'", "′": "'", "＇": "'",
    }
)

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
    }
)
# fmt: on
