"""The file that is there while a restore is: half a database is not served."""

from instance.backups import BackupRefused
from instance.config import Config

MARK = "RESTORING"  # names the backup, as long as it is not all here


def require_ended(config: Config) -> None:
    """Raises BackupRefused."""
    if (config.data / MARK).exists():
        raise BackupRefused(
            "A restore has not ended. Run it again: curbside restore DIR. It begins anew, and"
            " takes what is here for its own."
        )
