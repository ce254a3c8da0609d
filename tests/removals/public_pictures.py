"""Pictures that anybody can see: T47 (of no patient), T46 and T48 (of elsewhere), T49, T53, T87."""

from tests.removals.entry import Removal

_API = "tests/instance/web/test_api_media.py"
_PAGES = "tests/instance/web/test_post_pictures.py"
_BETWEEN = "tests/test_pictures_between_institutions.py"
_FACES = "tests/instance/web/test_portraits.py"
_PICTURES = "instance/services/pictures.py"
_FORM = "instance/web/post_pictures.py"

REMOVALS = (
    Removal(
        "T47",
        "applications post pictures whatever an owner decided",
        _PICTURES,
        "    if ids and (why := await _why_not(from_application)):\n"
        '        raise FormRefused({"media_ids": why})\n',
        "",
        f"{_API}::test_applications_send_none_until_an_owner_decides_so",
    ),
    Removal(
        "T47",
        "a picture is posted of which nobody said that it shows no patient",
        _FORM,
        "        self._require_said()\n",
        "",
        f"{_PAGES}::test_a_picture_is_added_looked_at_described_and_posted",
    ),
    Removal(
        "T47",
        "a picture is posted that its sender did not see",
        _FORM,
        "    problems = {} if button else {FILE: _LOOK}\n",
        "    problems: dict[str, str] = {}\n",
        f"{_PAGES}::test_a_picture_that_nobody_looked_at_is_not_posted",
    ),
    Removal(
        "T47",
        "what a picture shows is not looked at for identifiers",
        _PICTURES,
        '        await identifiers.require_public({"description": alt})\n',
        "",
        f"{_API}::test_what_is_no_picture_or_too_much_is_refused_in_words_and_not_kept",
    ),
    Removal(
        "T53",
        "the picture of a deleted post stays",
        "instance/services/tombstones.py",
        "    await pictures.erase(Attachment.filter(post_id__in=ids))\n",
        "",
        f"{_API}::test_a_picture_is_made_anew_and_stands_in_its_post_until_that_is_deleted",
    ),
    Removal(
        "T49",
        "anybody posts what somebody else sent",
        _PICTURES,
        "    return Attachment.filter(actor_id__in=[actor.id for actor in own], post_id=None)\n",
        "    return Attachment.filter(post_id=None)\n",
        f"{_API}::test_nobody_posts_what_is_not_theirs_and_no_private_picture_is_a_public_one",
    ),
    Removal(
        "T53",
        "a picture is fetched that a post of elsewhere says is ours",
        "instance/outbox/faces.py",
        "    return found not in (ours.host, urlsplit(ours.media_origin).netloc)\n",
        "    return bool(found and ours)\n",
        f"{_BETWEEN}::test_a_bomb_of_elsewhere_and_what_is_no_picture_stay_an_address",
    ),
    Removal(
        "T48",
        "a reader's browser is led to the file of elsewhere",
        "instance/web/api/entities_media.py",
        '        "preview_url": documents.small_url(row) if is_here else None,\n',
        '        "preview_url": row.source or documents.small_url(row),\n',
        f"{_BETWEEN}::test_a_bomb_of_elsewhere_and_what_is_no_picture_stay_an_address",
    ),
    Removal(
        "T87",
        "two names of one member have the same picture",
        "instance/services/portraits.py",
        "            await _require_other(actor, kind, picture)\n",
        "",
        f"{_FACES}::test_two_names_of_one_member_have_no_picture_in_common",
    ),
    Removal(
        "T87",
        "an application learns by a picture of another name",
        "instance/services/portraits.py",
        "    if from_application and actor.is_pseudonym:\n",
        "    if False:\n",
        f"{_FACES}::test_two_names_of_one_member_have_no_picture_in_common",
    ),
)
