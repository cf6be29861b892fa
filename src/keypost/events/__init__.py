"""The log of what happened: ordered, durable, without holes, one numbering per organisation.

Owns the `events` table. A verb emits into its transaction; the number is given last, so numbers become visible in
order. An event says what happened to which row; who reads the log looks the row up.
"""
