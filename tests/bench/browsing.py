"""A signed-in member's browser."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp


@dataclass(frozen=True)
class Browser:
    session: aiohttp.ClientSession

    async def get(self, path: str) -> str:
        async with self.session.get(path) as answer:
            answer.raise_for_status()
            return await answer.text()

    async def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', await self.get(path))
        if found is None:
            raise RuntimeError(f"no form on {path}")
        return found[1]

    async def post(self, path: str, form: Mapping[str, str]) -> None:
        async with self.session.post(path, data=form, allow_redirects=False) as answer:
            if answer.status not in (302, 303):
                raise RuntimeError(f"{path} answered {answer.status}")


@asynccontextmanager
async def signed_in(port: int, login: str, password: str) -> AsyncIterator[Browser]:
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10)
    jar = aiohttp.CookieJar(unsafe=True)
    url = f"http://localhost:{port}"
    async with aiohttp.ClientSession(url, cookie_jar=jar, timeout=timeout) as session:
        browser = Browser(session)
        form = {"login": login, "password": password}
        await browser.post("/sign-in", {**form, "csrf_token": await browser.token("/sign-in")})
        yield browser
