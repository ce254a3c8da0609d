"""Words are marked where they stand, and translated where a page, a mail or a message is made."""


def N_(text: str) -> str:
    """Mark for extraction."""
    return text
