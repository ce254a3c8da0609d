"""The worker of a browser that shows messages: given one, and clicked on, as a push service and a
person would. Chromium reaches no push service here, and has no hand for what its system shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from instance.services import push

if TYPE_CHECKING:
    from playwright.sync_api import Page


_IS_SHOWN = """async (tag) => {
  const here = await navigator.serviceWorker.ready;
  return (await here.getNotifications({tag})).length > 0;
}"""


def receives(page: Page, *kinds: str) -> None:
    """Messages of these kinds arrive for the worker of the page's origin, as they are sent."""
    wire = page.context.new_cdp_session(page)
    known: list[str] = []

    def note(event: dict[str, Any]) -> None:
        known.extend(one["registrationId"] for one in event["registrations"])

    wire.on("ServiceWorker.workerRegistrationUpdated", note)
    wire.send("ServiceWorker.enable")
    page.evaluate(
        "async () => { await navigator.serviceWorker.register('/push-worker.js', {scope: '/'});"
        " await navigator.serviceWorker.ready; }"
    )
    for _ in range(100):
        if known:
            break
        page.wait_for_timeout(100)
    message = {"origin": page.evaluate("location.origin"), "registrationId": known[0]}
    for kind in kinds:
        said = message | {"data": push.payload_of(kind).decode()}
        for _ in range(20):  # until it is shown: a worker that has just begun may not hear it
            wire.send("ServiceWorker.deliverPushMessage", said)
            page.wait_for_timeout(250)
            if page.evaluate(_IS_SHOWN, kind):
                break


def clicks_on_message(page: Page, kind: str) -> str:
    """Click on the message of this kind. The address that the worker opens: only a real click may
    open a window, so that is written down in its stead."""
    [worker] = page.context.service_workers
    opened: str = worker.evaluate(
        """async (kind) => {
          let shown = [];
          for (let n = 0; n < 100 && !shown.length; n += 1) {
            shown = await self.registration.getNotifications({tag: kind});
            await new Promise((go) => setTimeout(go, 100));
          }
          const opened = new Promise((done) => {
            self.clients.openWindow = async (address) => done(address);
          });
          const click = new NotificationEvent("notificationclick", {notification: shown[0]});
          self.dispatchEvent(click);
          return await opened;
        }""",
        kind,
    )
    return opened
