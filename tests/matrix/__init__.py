"""The leak matrix: every route against everybody who may not read a consult.

`rows` says, for each route, how a request of it is filled in. A new route is one line there.
"""
