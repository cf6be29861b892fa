"""How fast tools may call: the budget of each token, the wire's limits for each person, and wrong credentials.

All of it is in memory and forgotten with the server: what it bounds is measured in minutes. Knows no row and no HTTP.
"""
