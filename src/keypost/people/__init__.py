"""Organisations and the people in them: who they are, how they sign in, what they may be called.

Owns organisations, persons, teams, sessions, sign-in links and API tokens. Knows nothing of chats.
"""
