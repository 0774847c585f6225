"""Daily quotes, whole: the rules, what moderators do, delivery, the store, and the port to Discord.

The rules (`schedule`, `input`, `bag`, `jobs`) know no Discord, no database, no event loop, and no clock but the instant
that is passed in.
"""
