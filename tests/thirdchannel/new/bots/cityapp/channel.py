"""The city's own app as a channel: what is not in an answer is posted to it, once per key."""

import httpx
from bots.cityapp.outgoing.shown import shown

from intake.model.messages import ChannelName, Media, Outgoing
from intake.model.ports import Fetched, Rejected, Unavailable, Unreachable

_GONE = (httpx.codes.NOT_FOUND, httpx.codes.GONE)


class CityAppChannel:
    """Implements `intake.model.ports.Channel`."""

    name = ChannelName.CITYAPP

    def __init__(self, secret: str, api_url: str, http: httpx.AsyncClient) -> None:
        self._secret = secret
        self._api_url = api_url
        self._http = http

    async def send(self, outgoing: Outgoing) -> None:
        """Post one message; the same key twice is shown once. Raises Unavailable, Rejected or Unreachable."""
        message = {"user": outgoing.address.user, "key": outgoing.key, **shown(outgoing.reply)}
        answer = await self._asked("POST", "/messages", message)
        if answer.status_code in _GONE:
            raise Unreachable("the app knows no such user")
        _judged(answer)

    async def fetch(self, media: Media) -> Fetched:
        """Raises Rejected: the app sends no files."""
        raise Rejected("the app sends no files")

    async def probe(self) -> None:
        """Raises Unavailable or Rejected."""
        _judged(await self._asked("GET", "/me", None))

    async def aclose(self) -> None:
        """Its line is everybody's."""

    async def _asked(self, method: str, path: str, message: object) -> httpx.Response:
        headers = {"X-CityApp-Secret": self._secret}
        try:
            return await self._http.request(method, self._api_url + path, json=message, headers=headers)
        except httpx.HTTPError as failure:  # its text may hold the address; its kind says enough
            raise Unavailable(f"no answer ({type(failure).__name__})") from None


def _judged(answer: httpx.Response) -> None:
    if answer.status_code in (429, *range(500, 600)):
        raise Unavailable(f"the app answered {answer.status_code}")
    if not answer.is_success:
        raise Rejected(f"the app answered {answer.status_code}")
