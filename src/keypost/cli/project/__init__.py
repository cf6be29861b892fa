"""The small project that `keypost extension new` makes: files to begin with, which pass their own tests.

`making` writes them; `template/` has them, with `$name` and its like where the author's own words go.
"""
