"""The wire's endpoints: where third-party tools post, and the queue of what they send to extensions.

Owns `ingress`. Whatever posts a message goes through judging and the lane, as everybody does.
"""
