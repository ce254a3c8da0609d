"""The protocol core: ActivityPub between instances. It knows no web framework and no database."""
