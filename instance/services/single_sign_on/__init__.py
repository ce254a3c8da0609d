"""Signing in through the hospital's own accounts (OpenID Connect; domain.md 4.1, method 1).

`providers`: whom an owner named. `flows`: the browser goes there and comes back with a proof.
`rows`: whom on the roster the proof means. `entering`: what it opens here.
"""
