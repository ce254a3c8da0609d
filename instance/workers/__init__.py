"""What time does: deliveries, fetches and upkeep. Tasks of the server, or `curbside worker`."""
