"""Who is found in a text, and who is not: the contract of the finder, whatever it is made of."""

import random
import re
from itertools import pairwise

import pytest

from intake.understand.persons import full_name, people, personal
from intake.understand.persons.finder import Finder, PersonalKind
from intake.understand.persons.masking import masked, names, shortened

FIND: Finder = personal.find

# Between ⟦ and ⟧ stands who must be hidden, and nothing else that is a name.
PEOPLE = """
# signing off, beside a number
希望严肃查处，⟦王建国⟧ 13900001111，请给我保密
希望严肃查处，⟦王建国⟧13900001111
希望严肃查处。⟦王建国⟧，13900001111
请联系⟦王建国⟧13900001111
请尽快处理⟦王建国⟧13900001111
暖气不热，13900001111（⟦王建国⟧）
暖气不热，13900001111(⟦王建国⟧)
13900001111 ⟦王建国⟧
13900001111⟦王建国⟧
13900001111，⟦王建国⟧，请保密
13900001111⟦王建国⟧反映暖气不热
13900001111是⟦王建国⟧的电话
13900001111，找⟦王建国⟧
机主⟦孙丽⟧ 13900001111
⟦王建国⟧：13900001111
⟦王建国⟧/13900001111
⟦王建国⟧——13900001111
【⟦王建国⟧】13900001111
⟦王建国⟧tel13900001111
⟦王建国⟧手机号是13900001111
⟦王建国⟧ 的电话 13900001111
⟦王建国⟧，男，45岁，13900001111
⟦王建国⟧（男，1965年生，13900001111）
谢谢⟦王强⟧13900001111
和平路⟦张伟⟧13900001111
朝阳社区⟦李雪梅⟧ 13900001111
热力公司⟦李建军⟧ 13900001111
村支书⟦马占海⟧13900001111
⟦马彧⟧ 13900001111
⟦黄璁⟧，13900001111
⟦王天佑⟧ 13900001111
# signing off, beside no number
希望严肃查处，请给我保密。⟦王建国⟧
希望严肃查处——⟦王建国⟧
此致 敬礼 ⟦王建国⟧
此致敬礼\\n⟦王建国⟧\\n2026年3月5日
署名⟦王建国⟧
请与⟦王建国⟧联系，电话13900001111
# how a number may be written
⟦王建国⟧ 139 0000 1111
⟦王建国⟧ 139-0000-1111
⟦王建国⟧ 139.0000.1111
⟦王建国⟧ 139—0000—1111
⟦王建国⟧ +86 139 0000 1111
⟦王建国⟧ (+86)13900001111
⟦王建国⟧ 1 3 9 0 0 0 0 1 1 1 1
⟦王建国⟧１３９００００１１１１
⟦王建国⟧ １３９－００００－１１１１
⟦王建国⟧ 一三九零零零零幺幺幺幺
⟦王建国⟧\\n13900001111
⟦王建国⟧ 0937-6225566
⟦王建国⟧ （0937）6225566
⟦王建国⟧ 6225566
⟦王建国⟧ 0937-6225566转801
⟦王建国⟧ 0937-6225566-801
0937-6225566 ⟦王建国⟧
⟦王建国⟧ 微信号 wjg_1975
微信：wjg_1975，⟦王建国⟧
⟦王建国⟧，QQ 12345678
⟦王建国⟧ 11010519491231002X
身份证11010519491231002X ⟦王建国⟧
⟦王建国⟧ wang@example.com
# surnames and given names
⟦欧阳明⟧ 13900001111
⟦欧阳建军⟧13900001111
13900001111（⟦司马建国⟧）
⟦闻建国⟧ 13900001111
⟦项军⟧ 13900001111
⟦支玉兰⟧，13900001111
⟦井涛⟧ 13900001111
⟦水建平⟧13900001111
⟦谈梅⟧ 13900001111
⟦梅兰⟧ 13900001111
⟦钮红⟧ 13900001111
⟦查文斌⟧13900001111
⟦妥建军⟧ 13900001111
我叫⟦闻一鸣⟧，住五一路
户主：⟦妥建军⟧
患者⟦支玉兰⟧住院
⟦艾山江·买买提⟧ 13900001111
请联系⟦阿依古丽•阿不都⟧ 13900001111
13900001111 ⟦阿不都·热合曼⟧
⟦王 强⟧ 13900001111
⟦王 建 国⟧ 13900001111
⟦王　强⟧，13900001111
反映人 ⟦王 秀 兰⟧
# forms of address that a number makes somebody
⟦王师傅⟧ 13900001111
⟦李女士⟧13900001111
13900001111（⟦李女士⟧）
⟦老张⟧ 13900001111
13900001111 ⟦老张⟧
⟦小王⟧13900001111
⟦刘姐⟧ 13900001111
13900001111 ⟦李哥⟧
⟦李阿姨⟧ 6225566
⟦张总⟧13900001111
⟦张主任⟧ 13900001111
邻居⟦老王⟧13900001111可以作证
# somebody of one's own
我爸⟦王建国⟧住院了
我妈⟦李秀兰⟧82岁了
我儿子⟦张小宝⟧在学校被打
我女儿⟦王雨桐⟧被狗咬
我老公⟦陈志强⟧的工资
邻居⟦李建军⟧天天半夜唱歌
# several
⟦王建国⟧和⟦李秀英⟧ 13900001111
⟦王建国⟧、⟦李秀英⟧、⟦张伟⟧ 13900001111
⟦王建国⟧ 13900001111，⟦李秀英⟧ 13900002222
⟦王建国⟧13900001111；⟦李秀英⟧电话13900002222
⟦王建国⟧说了三次，⟦王建国⟧ 13900001111
# names of other languages without a dot, and with a full stop for one
⟦才让卓玛⟧ 13900001111
请回复⟦扎西东智⟧13900001111
村民⟦尕藏东知⟧，13900001111
13900001111 ⟦巴特尔⟧
⟦玛依拉⟧13900001111反映停水
⟦卡德尔.玉素甫⟧13900001111
请联系⟦热依汗．阿不力孜⟧ 13900001111
# surnames seldom met, and given names with a sign that hardly any has
⟦昝立新⟧（13900001111）
⟦綦美玲⟧ +86 139 0000 1111
⟦鲜红梅⟧13900001111
13900001111 ⟦褚时健⟧
⟦靳水生⟧ 13900001111
# names that are words, where a label leaves no doubt
户主⟦黄河⟧13900001111
姓名：⟦平安⟧，电话：13900001111
姓名 ⟦任我行⟧ 手机 13900001111
# the number is said to be theirs, or of somebody who is theirs
⟦柴俊熙⟧家长 13900001111
请回⟦林晓梅⟧的妈妈，电话13900001111
欠薪的是⟦卢小芹⟧，她电话13900001111
被打的是⟦解小芹⟧，他的手机号13900001111
"""

NOBODY = """
# whose signs write names as well
西藏拉萨 13900001111
乌鲁木齐 13900001111
不知道 13900001111
加拿大 13900001111
路灯坏了.请来人 13900001111
电话打不通.快点.13900001111
李家庄 13900001111
张家川 13900001111
# whose nobody is named
高二家长 13900001111
安全家属 13900001111
小区业主本人 13900001111
# a label without a name
联系人：物业 13900001111
户主不在 13900001111
姓名不详 13900001111
姓名保密，电话13900001111
姓名 电话 13900001111
投诉人：白天没空 13900001111
国道G312 13900001111
经常停电 13900001111
热力公司 0937-6225566
热力公司0937-6225566
供热站 6225566
五一路街道办 6225566
党群服务中心 6225566
高新区管委会 0937-6225566
水务局 0937-6225566
市人民医院 0937-6225566
平安保险 0937-6225566
第一中学0937-6225566
路政大队 0937-6225566
安宁派出所 0937-6225566
万达广场 0937-6225566
张记面馆 0937-6225566
王府井 0937-6225566
温泉 0937-6225566
24小时热线 0937-6225566
值班主任 0937-6225566
水表号 6225566
朝阳小区物业 13900001111
碧桂园·翡翠湾 13900001111
金色家园 13900001111
向阳小区 13900001111
和平路 13900001111
李家村 13900001111
高台县 13900001111
利民超市 13900001111
请拨打电话13900001111
希望 13900001111
谢谢 13900001111
祝好 13900001111
查处 13900001111
维修 13900001111
安装师傅 13900001111
师傅 13900001111
班主任 13900001111
物业经理 13900001111
车主13900001111
业主13900001111
项目部 13900001111
收废品13900001111
联系电话 13900001111
请留联系方式 13900001111
微信同号 13900001111
白天 13900001111
水管漏水，13900001111
请尽快处理 13900001111
不方便接电话 13900001111
13900001111，请给我保密
13900001111，谢谢
13900001111 打不通
13900001111，马上来人
13900001111，任何时间都行
13900001111，白天打
13900001111，方便时联系
13900001111，高层住户
13900001111 施工噪音
13900001111，周一到周五
13900001111 何时来修
13900001111，金港小区
13900001111，张掖市
13900001111，和我老公联系
13900001111，强烈要求处理
13900001111 微信同号
关于暖气不热
我是业主，姓王
王女士说水小
张师傅修的
高先生家漏水
孩子高中毕业
孩子成长的环境
老公白天上班
我妈高血压住院
我爸马上手术
业主陈述说明
热力公司已派人，请拨打0937-6225566
和诚小区3号楼，停水三天
"""

NAMED = frozenset({PersonalKind.NAME, PersonalKind.FORM})


def lines(text: str) -> list[str]:
    return [line.replace("\\n", "\n") for line in text.splitlines() if line and not line.startswith("#")]


def found(text: str) -> list[str]:
    return [text[one.start : one.end] for one in FIND(text) if one.kind in NAMED]


@pytest.mark.parametrize("marked", lines(PEOPLE))
def test_a_name_beside_what_reaches_them_is_somebody(marked: str) -> None:
    bare = marked.replace("⟦", "").replace("⟧", "")
    assert found(bare) == re.findall("⟦(.*?)⟧", marked)


@pytest.mark.parametrize("text", lines(NOBODY))
def test_places_units_and_ordinary_words_beside_a_number_are_nobody(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("希望严肃查处，王建国 13900001111，请给我保密", "希望严肃查处，＊＊ ＊＊，请给我保密"),
        ("王建国 0937-6225566转801", "＊＊ ＊＊"),
        ("李女士 6225566", "＊＊ ＊＊"),
        ("李主任 0937-6225566", "＊＊ 0937-6225566"),  # an office's number is what an answer is for
        ("热力公司 0937-6225566", "热力公司 0937-6225566"),
        ("王建国 微信号 wjg_1975", "＊＊ 微信号 ＊＊"),
        ("王 强，139 0000 1111", "＊＊，＊＊"),
    ],
)
def test_whose_number_it_is_goes_with_them(said: str, left: str) -> None:
    assert masked(said) == left


def test_whom_one_text_gives_away_is_hidden_in_another() -> None:
    content, title = "希望严肃查处，王建国 13900001111", "希望严肃查处，王建国的举报"
    assert names(content, None, "") == ("王建国",)
    assert masked(title, *names(content)) == "希望严肃查处，＊＊的举报"
    assert shortened("王建国的举报", *names(content)) == "王**的举报"


def test_of_a_known_address_nothing_stays_where_a_door_is_found_in_it() -> None:
    assert masked("新华路15号院2单元402漏水", "新华路15号院2单元402") == "＊＊漏水"
    assert masked("新华路15号院2单元402漏水", "号院2单") == "新华路15＊＊漏水"


HOSTILE = {
    "digits": "1",
    "spaced digits": "1 ",
    "surnames": "王",
    "names": "王建国",
    "names and numbers": "王建国13900001111，",
    "landlines": "6225566 ",
    "people in a row": "王建国、",
    "dashes": "—",
    "dots": "王·",
    "blanks": "王 ",
    "labels": "电话",
    "lead": "联系",
    "kin": "我爸王",
    "mail": "a@a.",
    "accounts": "QQ",
    "brackets": "（",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_what_is_found_keeps_the_contract_on_hostile_text(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    spans = FIND(text)
    assert all(0 <= one.start < one.end <= len(text) for one in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_the_looks_grow_with_the_text_and_no_faster(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: how often it is asked whether something is a name, each time of a few signs."""
    asked: list[int] = []

    def counting(said: str, **borders: bool) -> bool:
        asked.append(len(said))
        return full_name.is_name(said, **borders)

    monkeypatch.setattr(people, "is_name", counting)
    counts = []
    for size in (1_024, 4_096):
        asked.clear()
        FIND((piece * size)[:size])
        counts.append(len(asked))
        assert max(asked, default=0) <= 40
    assert counts[1] <= 4 * counts[0] + 64
    assert counts[1] <= 8 * 4_096


def test_signs_of_any_kind_are_no_fault() -> None:
    pick = random.Random(20260426)
    signs = "王建国李·. 　\n，（）——：139０1-@QQ微信我爸联系𠮷😀\ud800ﬁ㍿"
    for _ in range(2_000):
        text = "".join(pick.choice(signs) for _ in range(pick.randrange(60)))
        spans = FIND(text)
        assert all(one.end <= other.start for one, other in pairwise(spans))
        assert isinstance(masked(text), str)
