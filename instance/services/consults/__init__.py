"""Consults: opening, contributing, the state table, and what may be read by whom.

One path changes a consult: `history.take` at its owner. Everybody else, the owner's own pages
included, learns of it through the numbered history (federation.md 6.2).
"""
