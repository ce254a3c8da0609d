"""Pictures whose parts are gone, and parts whose picture is: found and put right."""

from collections.abc import Mapping

from tortoise.transactions import in_transaction

from instance import raw_sql

# What each is counted by, and by which statements it is put right. Attachments keep their width
# when their file is gone: one from elsewhere is fetched again when it is seen.
_WRONG: Mapping[str, tuple[str, str]] = {
    "files_of_no_picture": (
        "FROM attachment_file WHERE attachment_id NOT IN (SELECT id FROM attachment)",
        "DELETE ",
    ),
    "parts_of_no_picture": (
        "FROM media_part WHERE media_id NOT IN (SELECT id FROM media)",
        "DELETE ",
    ),
    "uses_of_no_picture": (
        "FROM picture_use WHERE name NOT IN (SELECT name FROM attachment)"
        " AND name NOT IN (SELECT name FROM portrait)",
        "DELETE ",
    ),
    "pictures_without_file": (
        "FROM attachment WHERE state = 'ready' AND id NOT IN"
        " (SELECT attachment_id FROM attachment_file WHERE variant = 'full')",
        "UPDATE attachment SET state = 'missing' ",
    ),
    "pictures_nobody_fetches": (
        "FROM attachment WHERE state = 'awaited' AND source NOT IN"
        " (SELECT uri FROM \"fetch\" WHERE kind = 'picture')",
        "UPDATE attachment SET state = 'missing' ",
    ),
    "images_of_consults_without_parts": (
        "FROM media WHERE state = 'ready' AND id NOT IN"
        " (SELECT media_id FROM media_part WHERE variant = 'full')",
        "UPDATE media SET state = 'missing' ",
    ),
    "portraits_without_content": (
        "FROM portrait WHERE media_type <> '' AND content IS NULL",
        "UPDATE portrait SET media_type = '' ",
    ),
}


async def mend() -> dict[str, int]:
    """How many of each were found, and are right now."""
    found = {}
    for name, (which, act) in _WRONG.items():
        async with in_transaction():
            [row] = await raw_sql.run(f"SELECT COUNT(*) AS n {which}", [])
            found[name] = int(row["n"])
            if found[name]:
                rest = which if act == "DELETE " else which[which.index("WHERE") :]
                await raw_sql.run(act + rest, [])
    return found
