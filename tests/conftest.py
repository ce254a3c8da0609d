from hypothesis import HealthCheck, settings

pytest_plugins = (
    "tests.databases",
    "tests.sockets",
    "tests.cast",
    "tests.memory",
    "tests.side_by_side",
    "tests.browser.measured",
)

# How long a busy machine takes to make up an example says nothing about the product.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")
