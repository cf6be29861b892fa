"""Extension tokens: minting, checking, replacing, revoking.

Owns `tokens` and `token_secrets`, and the shape of a secret. Knows nothing of HTTP or of what an extension does.
A token names a row; every rule about what it may do is in that row, never in its text.
"""
