"""Public registers of physicians, and what they say of the numbers that members give."""
