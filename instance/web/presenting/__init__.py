"""From rows to page views: what a page says about people, consults and posts."""
