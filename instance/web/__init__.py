"""The door for people and for peers over HTTP: routes, pages, streams."""
