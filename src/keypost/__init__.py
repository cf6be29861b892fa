"""Keypost: any tool speaks in a team's chat, with a key that a member made in one click."""
