"""What a server is asked meanwhile, while something is done to it."""

import re
import threading
from collections.abc import Callable

from tests.live.pairs import signed_in
from tests.live.servers import Place

POSTED_EVERY, READ_EVERY = 0.4, 0.1  # seconds
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Load:
    """Somebody who posts and somebody who reads, without a pause and each time by a connection of
    its own, as a proxy does."""

    def __init__(self, home: Place, path: str, word: str) -> None:
        self.titles: list[str] = []
        self._url, self._word, self._browser = home.url + path, word, signed_in(home)
        found = _TOKEN.search(self._browser.get(self._url).text)
        assert found
        self._token, self._home = found[1], home
        self._failed: list[Exception] = []
        self._ending = threading.Event()
        works = ((self._post, POSTED_EVERY), (self._read, READ_EVERY))
        self._threads = [threading.Thread(target=self._repeat, args=work) for work in works]
        for thread in self._threads:
            thread.start()

    def has_more(self, than: int) -> bool:
        return bool(self._failed) or len(self.titles) > than + 1

    def end(self) -> set[str]:
        self._ending.set()
        for thread in self._threads:
            thread.join()
        assert not self._failed, self._failed[0]
        return set(self.titles)

    def _repeat(self, work: Callable[[int], None], every: float) -> None:
        number = 0
        while not self._ending.wait(every) and not self._failed:
            number += 1
            try:
                work(number)
            except Exception as error:
                self._failed.append(error)

    def _post(self, number: int) -> None:
        title = f"{self._word} {number:04}"
        form = {"title": title, "text": "How is it?", "csrf_token": self._token}
        answer = self._browser.post_raw(self._url, form)
        assert answer.status == 302, answer.text
        self.titles.append(title)

    def _read(self, number: int) -> None:
        answer = self._browser.get(self._home.url + ("/", "/about")[number % 2])
        assert answer.status == 200, answer.text
