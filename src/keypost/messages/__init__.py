"""What content is: read from JSON, judged, and shown as HTML or as plain text.

Pure: no database, no clock, no network, no file. Owns no table; the types stand in `keypost_sdk.content`.

- `decoding`: bytes to a typed value, or a refusal that names the exact path and size (`complaint` finds
  what is wrong, `wording` spells it).
- `judging`: the rules that span fields, and what of a message is shown to whom.
- `instant`: the buttons that stand inside texts.
- `markup`: the wire's text formatting as a small `tree`. It is not Markdown, and reading it takes linear time.
- `html`, `plain`: a message for a page and for everywhere else. Nothing leaves `html` but through `sanitiser`.

What is stored is always the content, never its rendered form.
"""
