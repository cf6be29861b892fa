"""How fast tools may call: budgets of tokens, persons and chats, the wire's limits, and wrong credentials.

All of it is in memory and forgotten with the server: what it bounds is measured in minutes. Knows no row and no HTTP.
"""
