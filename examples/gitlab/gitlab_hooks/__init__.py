"""Webhooks at GitLab: registered for the person who made a key, taken down when the key ends.

A webhook is ours if it leads to our address, and it belongs to the token whose id that address carries. Nothing is kept
here: what is registered stands at GitLab, so every verb reads it there first and may be repeated at will.

python-gitlab waits for its answers, so all verbs are plain functions that run in threads.
"""
