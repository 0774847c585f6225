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
    """The database cannot be used; it was left untouched."""


class LearningError(CanonkeeperError):
    """What there is to learn could not be learnt; the store keeps what it had."""


class UnreachableError(CanonkeeperError):
    """Discord does not answer."""


class UserError(CanonkeeperError):
    """A member's or moderator's input cannot be served; the text tells them what to do instead."""
