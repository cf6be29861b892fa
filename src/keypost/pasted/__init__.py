"""What an author pasted into a file, judged before it meets a server: a manifest, a message, a button.

Pure: bytes in, findings with path and line out, and never an exception. `checking` is where to begin; `kinds` says what
the text seems to be, `relaxed_json` reads JSON as people and vendors' pages write it.
"""
