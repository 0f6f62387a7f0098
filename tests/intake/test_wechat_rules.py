"""What a profile may say of its WeChat account, and how each mistake is named."""

from pathlib import Path

import pytest

from intake.city import CityProfile, load, problems

CITIES = Path(__file__).parents[2] / "cities"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "city.toml"


def with_rules(written: Path, rules: str) -> Path:
    written.write_text((CITIES / "xinghe.toml").read_text("utf-8") + "\n" + rules, "utf-8")
    return written


BUTTON = '[[wechat.menu]]\nname = "查进度"\nsay = "查进度"\n'
TEMPLATE = '[[wechat.templates.progress]]\nid = "T"\nkind = "template"\nfields = { thing1 = "unit" }\n'


def test_a_menu_and_templates_are_read(written: Path) -> None:
    under = '[[wechat.menu]]\nname = "更多"\nunder = [{ name = "网站", url = "https://a.example" }]\n'
    city: CityProfile = load(with_rules(written, BUTTON + under + TEMPLATE))
    assert [button.name for button in city.wechat.menu] == ["查进度", "更多"]
    (template,) = city.wechat.templates["progress"]
    assert (template.id, template.by_permission, template.once) == ("T", False, False)


@pytest.mark.parametrize(
    ("rules", "key", "reason"),
    [
        (BUTTON * 4, "wechat.menu", "more than 3"),
        (BUTTON.replace("查进度", "查办理进度情况", 1), "wechat.menu.0.name", "16 bytes"),
        (BUTTON.replace('name = "查进度"', 'name = ""'), "wechat.menu.0.name", "16 bytes"),
        (BUTTON + 'url = "https://a.example"\n', "wechat.menu.0", "exactly one"),
        ('[[wechat.menu]]\nname = "空"\n', "wechat.menu.0", "exactly one"),
        ('[[wechat.menu]]\nname = "页"\nurl = "http://a.example"\n', "wechat.menu.0.url", "https"),
        (BUTTON.replace('say = "查进度"', f'say = "{"说" * 50}"'), "wechat.menu.0.say", "128"),
        (
            '[[wechat.menu]]\nname = "多"\nunder = [' + '{ name = "一", say = "一" },' * 6 + "]\n",
            "wechat.menu.0.under",
            "more than 5",
        ),
        (TEMPLATE.replace("progress", "gossip"), "wechat.templates.gossip", "unknown purpose"),
        (TEMPLATE.replace('"template"', '"sms"'), "wechat.templates.progress.0.kind", "unknown kind"),
        (TEMPLATE.replace("thing1", "first"), "fields.first", "since 2023"),
        (TEMPLATE.replace("thing1", "thing"), "fields.thing", "ends in a number"),
        (TEMPLATE.replace('"unit"', '"phone"'), "fields.thing1", "no fact"),
        (TEMPLATE.replace('"T"', '""'), "wechat.templates.progress.0.id", "is empty"),
        (TEMPLATE.replace('{ thing1 = "unit" }', "{}"), "fields", "is empty"),
        (TEMPLATE + "colour = 1\n", "wechat.templates.progress.0", "unknown key"),
    ],
)
def test_every_mistake_is_named_with_its_key(written: Path, rules: str, key: str, reason: str) -> None:
    found = "\n".join(problems(with_rules(written, rules)))
    assert key in found
    assert reason in found


@pytest.mark.parametrize("city", ["jiayuguan", "xinghe"])
def test_the_profiles_that_come_with_the_product_have_no_mistakes(city: str) -> None:
    assert problems(city) == []


def test_the_first_citys_menu_says_what_a_citizen_could_have_written() -> None:
    said = [
        entry.say
        for button in load("jiayuguan").wechat.menu
        for entry in (button, *button.under)
        if entry.say
    ]
    assert {"查进度", "补充", "人工", "帮助"} <= set(said)
