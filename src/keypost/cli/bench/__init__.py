"""`keypost bench`: how fast this machine stores and shows messages, measured from outside.

Everything that is measured is a process of its own on a free port of 127.0.0.1, with its own folder, and is stopped at
the end. What is compared runs in turn, in one run: between two runs of the same command any machine moves by half.
"""
