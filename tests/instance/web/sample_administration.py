"""Samples of the pages of administrators."""

from dataclasses import replace
from datetime import timedelta

from instance.web.views import DeliveriesPage, HospitalsPage, PageView
from instance.web.views.admin import BacklogRow, HostBacklog, HostRow, RefusalRow
from tests.instance.web.cast import NOW, before, page

HEART = HostRow(
    host="heart.example",
    name="National Heart Society",
    partner=True,
    arrived_at=before(minutes=2),
)
STLUKES = HostRow(
    host="stlukes.example",
    name="St Luke's",
    partner=True,
    look="failing",
    waiting=41,
    waiting_since=before(hours=3),
    gave_up=2,
    arrived_at=before(hours=4),
    failing_since=before(hours=3),
    next_try_at=NOW + timedelta(minutes=12),
    reason="busy 503",
)
SOCIAL = HostRow(host="social.example", name="social.example", look="quiet")
STOPPED = replace(SOCIAL, look="stopped", paused_at=before(days=2), waiting=1)
PAUSED = replace(STLUKES, look="paused", paused_at=before(days=1), reason="unreachable")

HOSPITALS = HospitalsPage(
    page=page(nav="admin", here="/admin/hospitals", is_admin=True, reads_reports=True),
    hosts=(STLUKES, HEART, STOPPED, SOCIAL),
    worst=STLUKES,
    failing=2,
    partners=2,
    waiting=42,
    gave_up=2,
    more=3,
)
DELIVERIES = DeliveriesPage(
    page=page(nav="admin", here="/admin/deliveries", is_admin=True, reads_reports=True),
    hosts=(
        HostBacklog(
            host=STLUKES,
            rows=(
                BacklogRow(kind="consult", gave_up=False, count=40, since=before(hours=3)),
                BacklogRow(kind="post", gave_up=False, count=1, since=before(minutes=9)),
                BacklogRow(
                    kind="follow", gave_up=True, count=2, since=before(days=9), reason="not_found"
                ),
            ),
        ),
        HostBacklog(host=STOPPED, rows=()),
    ),
    refusals=(
        RefusalRow(day=NOW.date(), reason="SignatureRefused", count=9),
        RefusalRow(day=NOW.date(), reason="ignored", count=312),
    ),
)

PAGES: dict[str, PageView] = {
    "admin-hospitals": HOSPITALS,
    "admin-hospitals-paused": replace(
        HOSPITALS, hosts=(PAUSED, HEART), worst=PAUSED, failing=1, more=0
    ),
    "admin-hospitals-stopped": replace(
        HOSPITALS, hosts=(STOPPED,), worst=None, failing=0, stopped=1
    ),
    "admin-hospitals-well": replace(
        HOSPITALS, hosts=(HEART,), worst=None, failing=0, waiting=0, gave_up=0
    ),
    "admin-hospitals-empty": HospitalsPage(page=HOSPITALS.page),
    "admin-deliveries": DELIVERIES,
    "admin-deliveries-empty": DeliveriesPage(page=DELIVERIES.page),
}
