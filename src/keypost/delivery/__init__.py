"""Calls that leave the building: where they may go, how they are signed, what comes back, when to try again.

A call is one POST of canonical JSON, signed with the extension's key, to an address that was judged before a socket
was opened. Its outcome is a value, `Answered` or `Failed`, never an exception. Owns no table and starts nothing by
itself: whoever calls decides what to send, how often and what the answer means. Knows nothing of extensions,
tokens or chat.
"""
