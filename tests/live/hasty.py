"""`curbside` with claims that run out soon: a test that kills workers need not wait for them."""

from datetime import timedelta

from instance.cli import main
from instance.workers import claims

claims.LEASE = timedelta(seconds=3)
claims.RENEW_EVERY = timedelta(seconds=1)

if __name__ == "__main__":
    main()
