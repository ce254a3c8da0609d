"""Ask other servers for documents, signed as our institution in the form each understands."""

from collections import OrderedDict
from typing import Any

from federation import collections, webfinger
from federation.client import Client
from federation.collections import Budget, Walked
from federation.errors import FetchFailed
from federation.keys import PrivateKey
from federation.messages import Form
from federation.origin import host_of
from instance import config
from instance.models import Peer
from instance.outbox import forms, local, trust

_HOSTS_MAX = 5_000


class _Signing:
    """A client for `collections.walk` and `webfinger.lookup` that signs by itself."""

    def __init__(self, asking: "Asking", client: Client) -> None:
        self._asking = asking
        self.development, self.vetted = client.development, client.vetted

    async def get_document(
        self, url: str, *, key: PrivateKey | None = None, form: Form = "cavage"
    ) -> dict[str, Any]:
        return await self._asking.get(url)

    async def get_json(self, url: str, *, accept: str, may_leave: bool) -> dict[str, Any]:
        return await self._asking.get_json(url, accept=accept, may_leave=may_leave)


class Asking:
    """`_forms`: what each host answered to. In memory, because an unsigned request, which may
    have caused the question, writes nothing."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._forms: OrderedDict[str, Form] = OrderedDict()

    async def get(self, url: str) -> dict[str, Any]:
        """The document at `url`. Who answers 401, or 400 at first contact, is asked once more in
        the other form (9.3); a partner never is."""
        host = host_of(url, config.current().development)
        form = await forms.form_for(host)
        if form != "trusted":
            form = self._forms.get(host, form)
        try:
            document = await self._signed_get(url, form)
        except FetchFailed as failure:
            if not await self._asks_for_other_form(failure, host, form):
                raise
            form = forms.OTHER[form]
            document = await self._signed_get(url, form)
        self._remember(host, form)
        return document

    async def get_as_partner(self, url: str) -> dict[str, Any]:
        """As `get`, whether or not its host is one just now: who is asked decides (F-SIG-8)."""
        return await self._signed_get(url, "trusted")

    async def file(self, url: str, owner: str) -> bytes:
        """A file that the host `owner` serves, wherever it says that it does."""
        form = await forms.form_for(owner)
        client = self._client.asking(trust.OwnersTrust(owner))
        return await client.get_file(url, key=await _key(form), form=form)

    async def picture(self, url: str) -> bytes:
        """A public file, wherever it is served: nobody's name is told for it."""
        return await self._client.get_file(url, may_leave=True)

    async def walk(self, url: str, budget: Budget) -> Walked:
        """The collection at `url` within a budget, each page asked for as `get` asks."""
        return await collections.walk(_Signing(self, self._client), url, budget)

    async def look_up(self, address: str) -> str:
        """The id of the actor at `@name@host`; a partner is asked as one, and so names members
        whom nobody else finds (federation.md 3)."""
        return await webfinger.lookup(_Signing(self, self._client), address)

    async def introduced_by(self, host: str) -> dict[str, Any]:
        """The institution of a host, as that describes it."""
        return await self.get(await webfinger.instance_actor(_Signing(self, self._client), host))

    async def get_json(self, url: str, *, accept: str, may_leave: bool) -> dict[str, Any]:
        """What everybody may ask, signed for partners: others need not know who asks, unless they
        answer 401 because they deal with few."""
        host = host_of(url, config.current().development)
        form = await forms.form_for(host)
        if form == "trusted":
            return await self._get_json(url, accept, may_leave, form)
        try:
            return await self._client.get_json(url, accept=accept, may_leave=may_leave)
        except FetchFailed as failure:
            if failure.status != 401:
                raise
        return await self._get_json(url, accept, may_leave, self._forms.get(host, form))

    async def _get_json(self, url: str, accept: str, may_leave: bool, form: Form) -> dict[str, Any]:
        return await self._client.get_json(
            url, accept=accept, may_leave=may_leave, key=await _key(form), form=form
        )

    async def _signed_get(self, url: str, form: Form) -> dict[str, Any]:
        return await self._client.get_document(url, key=await _key(form), form=form)

    async def _asks_for_other_form(self, failure: FetchFailed, host: str, form: Form) -> bool:
        if form not in forms.OTHER:
            return False
        if failure.status == 401:
            return True
        is_new = failure.status == 400 and host not in self._forms
        return is_new and forms.is_first_contact(await Peer.get_or_none(host=host))

    def _remember(self, host: str, form: Form) -> None:
        self._forms[host] = form
        self._forms.move_to_end(host)
        if len(self._forms) > _HOSTS_MAX:
            self._forms.popitem(last=False)


async def _key(form: Form) -> PrivateKey:
    algorithm: local.Algorithm = "ed25519" if form == "trusted" else "rsa"
    return await local.private_key(await local.institution(), algorithm)
