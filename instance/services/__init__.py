"""What the product does: plain async functions, one file per noun.

Public ones own the transaction.
"""
