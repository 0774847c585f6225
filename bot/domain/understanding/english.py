"""English as data: the only language knowledge of the engine, none of it about any announcement.

Every table maps folded tokens (see `normal.fold`) to folded tokens.
"""

from types import MappingProxyType
from typing import Final, Literal

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
    }
)
# fmt: on
