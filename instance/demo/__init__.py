"""The demonstration: three institutions on one machine, their people and their talk.

`people` says who is there, `content` what they say. Nothing here writes to a table: the
supervisor sends it all through the services and over the wire, as people would.
"""
