"""The rules of daily quotes: when a post is due and which quote comes next.

Pure: no Discord, no database, no event loop, and no clock but the instant that is passed in.
"""
