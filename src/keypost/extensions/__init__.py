"""Extensions: what they declare, where they are installed, and every call that reaches them.

Owns `extensions`, `extension_settings`, `apps`, `installations`, `mint_rules`, `consents`, `dialogs` and `invocations`.
An extension runs in a process of its own and speaks signed HTTP; nothing of it is loaded here. What it answers is
judged like any stranger's message.
"""
