"""What members take along when they go, bring when they come, and leave behind.

A file speaks of one identity: who gets it learns of no other (F-ACT-2).
"""
