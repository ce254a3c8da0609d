"""What peers send us: a door above services, like the web pages are."""
