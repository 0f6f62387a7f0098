"""WeChat itself, as far as an account's server meets it: for the playground, replay and tests."""

from functools import cached_property

from playground.wechat.forms import SentTemplates
from playground.wechat.phone import WeChatPhone
from playground.wechat.server import WeChatServer
from playground.wechat.wire import split_like_wechat


class WeChatPlatform(WeChatServer):
    """One service account's WeChat, with its templates and its citizens' phones."""

    @cached_property
    def forms(self) -> SentTemplates:
        """The account's templates, and the forms it has sent."""
        return SentTemplates()

    async def phone(self, user: str | None) -> WeChatPhone:
        """The phone of this openid, or a new citizen's for None. Raises NoSuchPhone."""
        return WeChatPhone(self, self.follower(user))

    def split(self, text: str) -> list[str]:
        """As the citizen has to cut it: the app sends no longer one."""
        return split_like_wechat(text)
