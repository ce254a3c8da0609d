"""What people do with an application each day, by Mastodon.py at a running server: every call."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mastodon import Mastodon, MastodonNotFoundError
from PIL import Image

from instance.demo.people import Person
from tests.live import pairs, servers
from tests.live.consenting import OOB, code_for
from tests.live.pairs import CHANNEL
from tests.live.servers import Place, Server

pytestmark = pytest.mark.xdist_group("daily use")

SCOPES = ["read", "write", "follow", "push"]
MOYO = Person("north", "moyo", "Dr S. Moyo", ("cardiology",))


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = pairs.hospital(tmp_path_factory.mktemp("hospital"), [], MOYO)
    with servers.running(Server(home)):
        yield home


@contextmanager
def signed_in(home: Place, who: str) -> Iterator[Mastodon]:
    key, secret = Mastodon.create_app(
        "A script", api_base_url=home.url, redirect_uris=OOB, scopes=SCOPES
    )
    client = Mastodon(client_id=key, client_secret=secret, api_base_url=home.url)
    with client.session:
        url = client.auth_request_url(redirect_uris=OOB, scopes=SCOPES, allow_http=True)
        code = code_for(home, url, who)
        client.log_in(code=code, redirect_uri=OOB, scopes=SCOPES, allow_http=True)
        yield client


@pytest.fixture(scope="module")
def lee(hospital: Place) -> Iterator[Mastodon]:
    with signed_in(hospital, "lee") as client:
        yield client


@pytest.fixture(scope="module")
def moyo(hospital: Place) -> Iterator[Mastodon]:
    with signed_in(hospital, "moyo") as client:
        yield client


def ids(found: Any) -> list[str]:
    return [one.id for one in found]


def test_people_follow_mute_block_and_note_each_other(lee: Mastodon, moyo: Mastodon) -> None:
    them, me = moyo.me(), lee.me()
    assert lee.account_follow(them, notify=True).notifying is True
    assert ids(lee.account_search("moyo")) == [them.id] == ids(lee.search("@moyo").accounts)
    assert lee.account(them).id == them.id and ids(lee.accounts([them.id])) == [them.id]
    assert ids(lee.account_following(me)) == [them.id]
    assert lee.account_followers(them) == []  # of others how many, never who
    assert lee.account_note_set(them, "Met in May").note == "Met in May"
    assert lee.account_endorse(them).endorsed is True and ids(lee.endorsements()) == [them.id]
    assert lee.account_unendorse(them).endorsed is False
    assert lee.account_familiar_followers(them)[0].accounts == []
    assert lee.account_mute(them, duration=60).muting is True and ids(lee.mutes()) == [them.id]
    assert lee.account_unmute(them).muting is False
    assert moyo.account_remove_from_followers(me).followed_by is False
    assert lee.account_relationships([them])[0].following is False
    assert lee.account_block(them).blocking is True and ids(lee.blocks()) == [them.id]
    assert lee.account_unblock(them).blocking is False
    lee.domain_block("elsewhere.example")
    assert lee.domain_blocks() == ["elsewhere.example"]
    lee.domain_unblock("elsewhere.example")
    assert lee.domain_blocks() == []
    assert CHANNEL in [one.account.acct for one in lee.suggestions_v2()]
    assert CHANNEL in [one.acct for one in lee.directory()]


def test_who_decides_about_followers_is_asked(lee: Mastodon, moyo: Mastodon) -> None:
    assert moyo.account_update_credentials(note="Rounds.", locked=True).locked is True
    assert lee.account_follow(moyo.me()).requested is True
    assert ids(moyo.follow_requests()) == [lee.me().id]
    assert moyo.notifications(types=["follow_request"])[0].account.id == lee.me().id
    assert moyo.follow_request_authorize(lee.me()).followed_by is True
    assert lee.account_relationships([moyo.me()])[0].following is True
    assert moyo.account_update_credentials(locked=False).note == "<p>Rounds.</p>"
    assert moyo.follow_requests() == []


def test_posts_are_changed_kept_liked_handed_on_and_pinned(lee: Mastodon, moyo: Mastodon) -> None:
    moyo.account_follow(lee.me())
    post = lee.status_post(f"@{CHANNEL} Bed rails\n\nWho uses them? #falls")
    assert lee.status_source(post).text.startswith(f"@{CHANNEL} Bed rails")
    changed = lee.status_update(post, f"@{CHANNEL} Bed rails\n\nWho still uses them? #falls")
    assert changed.edited_at is not None and len(lee.status_history(post)) == 2
    assert len(moyo.status_history(post)) == 1
    for do, undo, field in (
        (moyo.status_favourite, moyo.status_unfavourite, "favourited"),
        (moyo.status_bookmark, moyo.status_unbookmark, "bookmarked"),
        (lee.status_mute, lee.status_unmute, "muted"),
        (lee.status_pin, lee.status_unpin, "pinned"),
    ):
        assert do(post)[field] is True and undo(post)[field] is False
        assert do(post)[field] is True
    assert ids(moyo.favourites()) == ids(moyo.bookmarks()) == [post.id]
    assert ids(lee.account_statuses(lee.me(), pinned=True)) == [post.id]
    assert ids(lee.status_favourited_by(post)) == [moyo.me().id]
    lee.status_unmute(post)
    moyo.status_reblog(post)
    assert ids(lee.status_reblogged_by(post)) == [moyo.me().id]
    answer = moyo.status_reply(post, "We do.")
    assert ids(lee.status_context(post).descendants) == [answer.id]
    assert ids(lee.statuses([post.id, answer.id])) == [post.id, answer.id]
    told = lee.notifications(types=["mention", "favourite", "reblog"])
    assert {one.type for one in told} == {"mention", "favourite", "reblog"}
    assert lee.notifications(id=told[0].id).id == told[0].id
    lee.notifications_dismiss(told[0].id)
    assert told[0].id not in ids(lee.notifications())
    assert post.id in ids(lee.timeline_local()) and post.id in ids(lee.timeline_public())


def test_tags_are_followed_and_words_are_found(lee: Mastodon, moyo: Mastodon) -> None:
    post = lee.status_post(f"@{CHANNEL} Delirium\n\nQuiet nights help. #delirium")
    assert [one.name for one in post.tags] == ["delirium"]
    assert ids(moyo.timeline_hashtag("Delirium")) == [post.id]
    assert moyo.tag_follow("delirium").following is True
    assert [one.name for one in moyo.followed_tags()] == ["delirium"]
    assert post.id in [(one.reblog or one).id for one in moyo.timeline_home()]
    assert moyo.tag_unfollow("delirium").following is False and moyo.tag("delirium").name
    assert lee.featured_tag_create("delirium").name == "delirium"
    assert [one.name for one in moyo.account_featured_tags(lee.me())] == ["delirium"]
    found = moyo.search("quiet nights")
    assert ids(found.statuses) == [post.id] and found.accounts == []
    assert [one.name for one in moyo.search("#delirium").hashtags] == ["delirium"]
    assert CHANNEL in [one.acct for one in moyo.search(f"@{CHANNEL}").accounts]
    assert ids(moyo.search(post.url).statuses) == [post.id]
    assert [*lee.trending_tags(), *lee.trending_statuses(), *lee.trending_links()] == []


def test_lists_filters_and_marks_are_kept(lee: Mastodon, moyo: Mastodon) -> None:
    them = moyo.me()
    lee.account_follow(them)
    row = lee.list_create("Rounds", replies_policy="none")
    lee.list_accounts_add(row, [them])
    assert ids(lee.list_accounts(row)) == [them.id] and ids(lee.account_lists(them)) == [row.id]
    post = moyo.status_post(f"@{CHANNEL} Lists\n\nOf rounds.")
    assert post.id in [(one.reblog or one).id for one in lee.timeline_list(row)]
    assert lee.list_update(row, "Ward rounds").title == "Ward rounds"
    lee.list_accounts_delete(row, [them])
    lee.list_delete(row)
    assert lee.lists() == []
    kept = lee.create_filter_v2(
        "Rounds", ["home"], "warn", keywords_attributes=[{"keyword": "rounds", "whole_word": True}]
    )
    assert lee.filter_v2(kept).keywords[0].keyword == "rounds"
    filtered = [one for one in lee.timeline_home() if (one.reblog or one).id == post.id]
    assert (filtered[0].reblog or filtered[0]).filtered[0].keyword_matches == ["rounds"]
    assert [one.phrase for one in lee.filters()] == ["rounds"]
    lee.delete_filter_v2(kept)
    assert [*lee.filters_v2(), *lee.filters()] == []
    assert lee.markers_set("home", post.id)["home"].last_read_id == post.id
    assert lee.markers_get(["home"])["home"].version == 1
    assert lee.conversations() == []


def test_pictures_polls_and_times_go_with_posts(lee: Mastodon, moyo: Mastodon) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (80, 60), "navy").save(picture, "PNG")
    media = lee.media_post(picture.getvalue(), "image/png", description="A blue wall")
    media = lee.media_update(media, description="A dark blue wall", focus=(0.1, -0.2))
    assert lee.media(media).description == "A dark blue wall" and media.blurhash
    shown = lee.status_post(f"@{CHANNEL} A wall\n\nLook.", media_ids=[media])
    [theirs] = moyo.status(shown).media_attachments
    assert (theirs.description, theirs.meta.original.width) == ("A dark blue wall", 80)
    assert moyo.timeline_public(only_media=True)[0].id == shown.id

    poll = lee.make_poll(["Yes", "No"], expires_in=86_400)
    asked = lee.status_post(f"@{CHANNEL} Rails?\n\nDo you?", poll=poll)
    assert moyo.poll_vote(asked.poll, [1]).own_votes == [1]
    assert lee.poll(asked.poll).votes_count == 1

    at = datetime.now(UTC) + timedelta(days=2)
    waiting = lee.status_post(f"@{CHANNEL} Later\n\nNot yet.", scheduled_at=at)
    assert ids(lee.scheduled_statuses()) == [waiting.id]
    later = at + timedelta(hours=1)
    assert lee.scheduled_status_update(waiting, later).scheduled_at > waiting.scheduled_at
    lee.scheduled_status_delete(waiting)
    with pytest.raises(MastodonNotFoundError):
        lee.scheduled_status(waiting)


def test_the_server_says_who_it_is_and_takes_reports(lee: Mastodon, moyo: Mastodon) -> None:
    bad = moyo.status_post(f"@{CHANNEL} Adverts\n\nBuy my course.")
    report = lee.report(bad.account, [bad], "An advert", category="spam")
    assert (report.category, report.status_ids, report.target_account.id) == (
        "spam",
        [bad.id],
        moyo.me().id,
    )
    assert lee.instance_health() is True and lee.stream_healthy() is True
    assert lee.instance_peers() == [] == lee.instance_activity()
    assert [one.text for one in lee.instance_rules()] == [one.text for one in lee.instance().rules]
    assert {one.code for one in lee.instance_languages()} >= {"en"}
