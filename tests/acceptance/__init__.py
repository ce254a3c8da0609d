"""What each community that physicians come from was known for, found here (domain.md 1).

A file a community, under its name.
"""
