"""Benchmarks: ratios against a limit measured in the same run. `python -m tests.bench --help`.

Loopback only, counts and times bounded. They are run by hand and never collected by pytest.
"""
