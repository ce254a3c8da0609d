"""The client API that Mastodon's applications speak: OAuth, and what they read and send.

Doors alone: what the product does is in `instance.services`.
"""
