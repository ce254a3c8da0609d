"""The roster: files read and checked, imported and undone, and what follows for members."""
