"""The database: its tables and the doors to it.

Verbs are plain synchronous functions over a `Tx`; the edges reach them through `Database.write` and `Database.read`
(messages go through the lane, which uses `write` for its batches). Knows no domain rule.
"""
