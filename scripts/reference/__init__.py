"""Makes the pages of docs/reference that say what the code itself says: `make docs`.

A test compares each page with what would be made now, so none of them can fall behind.
"""
