"""A small lesson about a lighthouse: nothing in the engine may know what its lessons are about."""

from bot.understanding import Answerable, Example, Lesson

ANSWERABLES = (
    Answerable("keeper", "Ada Finch keeps the light.", ("Ada Finch has kept the light since the war.",)),
    Answerable("since", "Since the war.", ("Ada Finch has kept the light since the war.",)),
    Answerable("colour", "White and red.", ("The tower is painted white and red. It can be seen for miles.",)),
    Answerable("seen", "For miles.", ("It can be seen for miles.",)),
    Answerable("storm", "A storm broke the lamp.", ("In March a storm broke the lamp.",)),
)

_ASKED = {
    "keeper": ("who keeps the light", "who is the keeper", "name of the lighthouse keeper", "who runs the lighthouse",
               "is ada finch the keeper", "who looks after the light", "whos the keeper", "keeper name please"),
    "since": ("since when has she kept it", "when did ada begin", "how long has ada finch been keeper",
              "when did she start keeping the light", "since when is ada there", "has she been there since the war"),
    "colour": ("what colour is the tower", "which colours is it painted", "is the tower red", "tower paint colour",
               "what is the tower painted", "white and red tower?"),
    "seen": ("how far can it be seen", "from how many miles can you see the tower", "how visible is it",
             "can it be seen for miles", "how far away is it visible", "seen from how far"),
    "storm": ("what broke the lamp", "why did the lamp break", "when was the storm", "was there a storm in march",
              "who broke the lamp", "lamp broken why"),
}  # fmt: skip

_ELSEWHERE = (
    "how tall is the tower", "is the harbour deep", "who built the harbour", "what do gulls eat", "hello there",
    "what is the weather today", "how much is a ticket", "is ada married", "how many steps are there",
    "when does the museum open", "who is the mayor", "can i swim here", "where can i park", "what is your name",
    "how old is ada finch", "did the storm sink a ship", "who painted the tower", "when was the tower built",
)  # fmt: skip

CONCEPTS = (
    ("lighthouse", ("lighthouse", "light house", "tower", "light")),
    ("keeper", ("keeper", "warden", "ada finch", "ada")),
)


def lesson() -> Lesson:
    """Return the lesson, each second example in another voice."""
    asked = [(text, label) for label, texts in _ASKED.items() for text in texts]
    everything = [*asked, *((text, None) for text in _ELSEWHERE)]
    return Lesson(
        ANSWERABLES,
        tuple(Example(text, label, f"voice-{at % 3}") for at, (text, label) in enumerate(everything)),
        CONCEPTS,
    )
