"""The gallery: what messages look like, each kind and many that are broken or hostile. For the demo alone.

Owns no table: its samples are files, judged and shown as any post is, and stored nowhere.
"""
