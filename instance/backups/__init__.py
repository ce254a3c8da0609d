"""Backups: all of an institution in one folder, checked before it is needed, restored whole.

A backup is a folder of its own, named by its moment: `database.sqlite3` (`VACUUM INTO`) or
`database.dump` (`pg_dump`), and `manifest.json`. Everything is in the database, files included;
what opens the sealed columns is not: `secret.key` goes into `<name>.key`, encrypted with a
passphrase, beside the folder's other files or in a second place (T63). Who has the folder alone
reads no sealed word.

It is made under another name and gets its own when all of it is on the disk: whatever interrupts
it leaves nothing that `verify` or `restore` takes for a backup, and no earlier one is touched.

`restore` goes into an empty place only. It writes `RESTORING` there first and removes it last: one
that was interrupted can be begun again, and until it has ended nothing is served. What a restored
institution does with what it had not sent, and with what it has lost, is in
`services.recovering`.
"""


class BackupRefused(Exception):
    """Nothing was changed. Says what is wrong, and what to do."""
