"""Every door of the client API, each a module with its `blueprint`."""

from instance.web.api import accounts, apps, instance, oauth, statuses, timelines

DOORS = (accounts, apps, instance, oauth, statuses, timelines)
