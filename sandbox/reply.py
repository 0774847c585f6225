"""What a person sees of the bot's answer to something they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import views

if TYPE_CHECKING:
    from sandbox.model import Interaction, Message

_MODAL = 9


class Modal:
    """A modal on somebody's screen."""

    def __init__(self, interaction: Interaction, data: dict[str, Any]) -> None:
        self.interaction = interaction
        self.data = data

    @property
    def custom_id(self) -> str:
        """The modal's custom id."""
        return str(self.data["custom_id"])

    @property
    def title(self) -> str:
        """The modal's title."""
        return str(self.data["title"])

    @property
    def components(self) -> list[dict[str, Any]]:
        """The modal's components, as the bot sent them."""
        return list(self.data["components"])


class Reply:
    """The answer to an interaction; it shows the message as it is now, also after later edits."""

    def __init__(self, interaction: Interaction) -> None:
        self.interaction = interaction

    @property
    def message(self) -> Message | None:
        """The message that was sent or changed in answer."""
        return self.interaction.original

    @property
    def failed(self) -> bool:
        """Whether the client shows that the application did not respond."""
        return self.interaction.callback is None

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees the answer."""
        return self.message is not None and self.message.ephemeral

    @property
    def deferred(self) -> bool:
        """Whether the bot asked for time before it answered."""
        return self.interaction.deferred

    @property
    def thinking(self) -> bool:
        """Whether the bot is still taking its time."""
        return self.message is not None and self.message.loading

    @property
    def updated(self) -> bool:
        """Whether the answer was a change of the message that was acted on."""
        return self.interaction.updated

    @property
    def modal(self) -> Modal | None:
        """The modal that opened, if one did."""
        if self.interaction.callback != _MODAL or self.interaction.answer is None:
            return None
        return Modal(self.interaction, self.interaction.answer)

    @property
    def followups(self) -> list[Message]:
        """The messages that came after the answer."""
        return self.interaction.followups

    @property
    def text(self) -> str:
        """All text of the message, line by line."""
        return "" if self.message is None else views.visible_text(self.message)

    @property
    def components(self) -> list[dict[str, Any]]:
        """The message's components."""
        return [] if self.message is None else self.message.components

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """The message's buttons by label (by emoji or custom id where there is none)."""
        return {_name(each): each for each in views.buttons(self.components)}

    @property
    def selects(self) -> dict[str, dict[str, Any]]:
        """The message's select menus by custom id."""
        return {each["custom_id"]: each for each in views.selects(self.components)}

    def __repr__(self) -> str:
        state = "failed" if self.failed else "thinking" if self.thinking else "answered"
        return f"<Reply {state} {self.text!r}>"


def _name(button: dict[str, Any]) -> str:
    emoji = (button.get("emoji") or {}).get("name")
    return str(button.get("label") or emoji or button.get("custom_id"))
