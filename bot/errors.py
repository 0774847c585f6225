"""The one rooted hierarchy of what can go wrong, in words for a person."""

from __future__ import annotations


class CanonkeeperError(Exception):
    """Something that a person can put right; its text says how, and is safe to show."""


class SettingError(CanonkeeperError):
    """A setting is missing or malformed."""


class AnnouncementError(CanonkeeperError):
    """The data folder holds mistakes.

    `mistakes` lists each one: file, entry and reason.
    """

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class StoreError(CanonkeeperError):
    """The database can't be used, and what was to be stored wasn't; where SQLite said why, that is its cause.

    At the start its text tells whoever hosts the bot what to do. This class itself stands for a mistake of ours.
    """


class StoreUnavailableError(StoreError):
    """The database can't be used just now: what has to be stored waits until it can."""


class StoreBusyError(StoreUnavailableError):
    """Another process holds the database, or a write couldn't be made in time."""


class StoreFullError(StoreUnavailableError):
    """The disk is full."""


class StoreLostError(StoreUnavailableError):
    """The database's file was deleted or replaced; nothing can be stored until it is back."""


class StoreBrokenError(StoreError):
    """The file is damaged, or isn't a database."""


class StoreConstraintError(StoreError):
    """What was to be stored breaks one of the schema's rules: a mistake of ours."""


class LearningError(CanonkeeperError):
    """What there is to learn could not be learnt; the store keeps what it had."""


class UnreachableError(CanonkeeperError):
    """Discord does not answer."""


class UserError(CanonkeeperError):
    """A member's or moderator's input cannot be served; the text tells them what to do instead."""
