"""A cog that cannot be loaded."""


async def setup(_bot: object) -> None:
    raise ZeroDivisionError("this cog is broken")
