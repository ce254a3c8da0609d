"""How long everything is kept: one table, from which upkeep deletes, administrators look and the
page about privacy tells."""
