"""Files that people and tools send: their bytes in the data directory, their names in the database.

Owns the table `files` and the folder `files` in the data directory, where bytes stand under their SHA-256 digest, once
however often they were sent. Knows nothing of chats: a message brings a file, and whoever sees the message sees it.

- `cabinet`: the folder. What is in it is whole and durable, and whatever arrived in vain is swept out.
- `form`, `receiving`: from the body of a request to files in the folder, with no body ever in memory.
- `media`, `naming`: what a file's first bytes say it is, and how its name is shown.
"""
