"""Answers within the three seconds that Discord waits, however long the work takes.

Discord's docs (Receiving and Responding, Interaction Callback): an interaction that is not answered within three
seconds is shown as failed, though what it asked for may be done after all. So work that takes longer is announced
first, and what became of it is told in the place of that, once it is known.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

    import discord

# Leaves a second for the way to Discord and back.
PROMPT_SECONDS = 1.9


async def reply(
    interaction: discord.Interaction[Any],
    work: Coroutine[Any, Any, discord.ui.LayoutView],
    *,
    edit: bool = False,
    prompt: float = PROMPT_SECONDS,
) -> None:
    """Answer with what `work` returns, for the person alone; with `edit`, in the place of the message pressed on.

    Raises what `work` raises. It is ended together with this, and never left to go on unseen.
    """
    task = asyncio.create_task(work, name="answer")
    try:
        await asyncio.wait({task}, timeout=prompt)
        if not task.done():
            # An edit shows no 'thinking', and needs none: the message that was pressed on stays until then.
            await interaction.response.defer(ephemeral=True, thinking=not edit)
        view = await task
    finally:
        task.cancel()
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view)
    elif edit:
        await interaction.response.edit_message(view=view)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)
