"""Chats, who is in them, and their messages.

Owns chats, members, bots and messages. A message is judged on memory (`judging.py`) and stored by the lane
(`lane.py`), whichever door it came through. Knows nothing of tokens, extensions or HTTP status.
"""
