"""Live pages: what happens is sent to every browser that may see it, and what was missed is sent again.

The hub follows the event log; a stream starts at an event number and continues there after a cut.
"""
