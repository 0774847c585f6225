"""Opens interactions without a bot, for answers by hand."""

from sandbox import Sandbox
from sandbox.model import Interaction, Message
from tests.sandbox.tiny import Raw

ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Press", "custom_id": "p"}]}


class Bench:
    """Opens interactions without a bot."""

    def __init__(self, sb: Sandbox, raw: Raw) -> None:
        self.sb, self.raw = sb, raw
        self.user = sb.world.user("Mina")
        self.place = sb.world.channel("general")
        raw.authorization = None  # callbacks and follow-ups need no token of the bot's

    async def register(self) -> None:
        self.raw.authorization = f"Bot {self.sb.token}"
        option = {"type": 3, "name": "query", "description": "words", "autocomplete": True}
        count = {"type": 4, "name": "count", "description": "words", "autocomplete": True}
        body = [{"name": "quote", "description": "words", "options": [option, count]}]
        await self.raw.ok("PUT", f"/applications/{self.sb.application_id}/commands", body)
        self.raw.authorization = None

    def slash(self) -> Interaction:
        command = next(iter(self.sb.world.commands.values()))
        return self.sb.acts.invoke(self.user, self.place, command, [], {})

    def typing(self, kind: int = 3, name: str = "query") -> Interaction:
        command = next(iter(self.sb.world.commands.values()))
        options = [{"name": name, "type": kind, "value": "k", "focused": True}]
        return self.sb.acts.invoke(self.user, self.place, command, options, {}, autocomplete=True)

    async def message(self) -> Message:
        one = self.slash()
        await self.raw.ok("POST", path(one), {"type": 4, "data": {"content": "x", "components": [ROW]}})
        assert one.original is not None
        return one.original

    def press(self, message: Message) -> Interaction:
        return self.sb.acts.component(self.user, message, "p")


def path(one: Interaction) -> str:
    return f"/interactions/{one.id}/{one.token}/callback"


def hook(sb: Sandbox, one: Interaction, more: str = "") -> str:
    return f"/webhooks/{sb.application_id}/{one.token}{more}"
