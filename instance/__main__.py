"""`python -m instance …` is `curbside …`."""

from instance.cli import main

main()
