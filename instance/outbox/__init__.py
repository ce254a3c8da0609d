"""What we send, and what we know of others. Below services, above models."""
