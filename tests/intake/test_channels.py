"""Every channel has its traits, and no two share the letters of their references."""

from intake.model.channels import TRAITS, traits_of
from intake.model.messages import ChannelName


def test_every_channel_has_traits_of_its_own() -> None:
    codes = [traits_of(channel).code for channel in ChannelName]
    assert set(TRAITS) == set(ChannelName)
    assert sorted(codes) == sorted(set(codes))
    assert all(len(code) == 2 and code.isupper() for code in codes)
