"""The type, the category, whom it is about and what is asked for."""

from datetime import datetime

import pytest

from intake.city import CityProfile
from intake.model.ticket import AppealType
from intake.understand import appeal
from intake.understand.categories import keywords
from intake.understand.reader import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我要投诉物业乱收费", "TS"),
        ("投诉楼下烧烤店", "TS"),
        ("驾校不退款，服务态度极差", "TS"),
        ("我要举报一家无证经营的餐馆", "JB"),
        ("这家公司偷税漏税", "JB"),
        ("请问新能源车绿牌怎么办理", "ZX"),
        ("办理居住证需要什么材料", "ZX"),
        ("我想咨询一下医保报销", "ZX"),
        ("建议在新华路口增加一个公交站", "JY"),
        ("希望增设路灯", "JY"),
        ("我要表扬雄关街道的工作人员", "BY"),
        ("感谢社区李主任帮我解决了漏水", "BY"),
        ("请帮忙处理一下漏水", "QZ"),
        ("麻烦派人来修一下路灯", "QZ"),
    ],
)
def test_the_type_is_said(text: str, expected: str) -> None:
    found = appeal.type_of(text)

    assert found is not None
    assert found.value == AppealType(expected)


@pytest.mark.parametrize("text", ["暖气不热", "楼下垃圾没人收", "路灯不亮", "谢谢"])
def test_a_bare_fact_says_no_type(text: str) -> None:
    assert appeal.type_of(text) is None


def test_thanks_at_the_end_are_politeness_not_praise() -> None:
    found = appeal.type_of("投诉物业不作为，非常感谢")

    assert found is not None
    assert found.value is AppealType.COMPLAINT


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("家里暖气不热，室温只有14度", "010101"),
        ("采暖费怎么收", "010103"),
        ("楼上漏水把我家天花板泡了", "010201"),
        ("墙体裂缝越来越大", "010202"),
        ("门口的路坑洼不平", "010301"),
        ("路中间的井盖没了", "010302"),
        ("工地半夜施工，太吵", "0104"),
        ("开发商不给办房产证", "0105"),
        ("物业乱收费", "0202"),
        ("小区停车位不够", "0203"),
        ("电梯坏了三天没人修", "0204"),
        ("有人在楼顶私搭乱建", "0205"),
        ("楼道里堆放杂物", "0206"),
        ("早市占道经营", "0301"),
        ("楼下广场舞音响太吵", "030201"),
        ("烧烤店半夜扰民", "030202"),
        ("饭店油烟直排", "0303"),
        ("邻居养狗不牵绳", "0305"),
        ("垃圾桶满了没人清运", "0401"),
        ("公厕太脏", "0402"),
        ("家里停水了", "0501"),
        ("整栋楼停电", "0502"),
        ("燃气费怎么涨了", "0503"),
        ("移动公司乱扣话费", "050401"),
        ("医院看病收费太贵", "0601"),
        ("孩子疫苗在哪接种", "0603"),
        ("健身房跑路，办了卡不退", "0705"),
        ("餐馆没有营业执照", "0704"),
        ("工厂噪声太大", "0801"),
        ("化工厂排放刺鼻废气", "0802"),
        ("新能源车绿牌怎么办", "0903"),
        ("红绿灯坏了", "0902"),
        ("消防通道被占用", "0904"),
        ("老板拖欠工资", "1001"),
        ("医保卡怎么报销", "1003"),
        ("幼儿园招生条件", "1101"),
        ("培训机构不退费", "1102"),
        ("公交车班次太少", "1201"),
        ("出租车拒载", "1202"),
        ("水资源费收取不合理", "1301"),
        ("宅基地审批", "1302"),
        ("商家不开发票", "1402"),
    ],
)
def test_ordinary_complaints_find_their_category(text: str, code: str, city: CityProfile) -> None:
    found = keywords.guess(text, city)

    assert found is not None
    assert found.code == code


def test_nothing_known_is_no_category(city: CityProfile) -> None:
    assert keywords.guess("有一件事想说", city) is None


def test_one_clear_word_is_sure_enough_and_mixed_words_are_not(city: CityProfile) -> None:
    clear = keywords.guess("家里停水了", city)
    mixed = keywords.guess("停车、医保、公交、学校都有意见", city)

    assert clear is not None
    assert mixed is not None
    assert mixed.confidence < 0.8 <= clear.confidence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("投诉五一北路老兵烧烤店", "五一北路老兵烧烤店"),
        ("我在阳光驾校报名，教练不给退费", "阳光驾校"),
        ("一家名叫一米阳光的影楼没有执照", "一米阳光"),
        ("小区物业不管事", "物业"),
        ("开发商拖着不交房", "开发商"),
        ("投诉钢城街道办工作人员态度恶劣", "钢城街道办"),
        ("嘉峪关某某建筑有限公司拖欠工资", "建筑有限公司"),
        ("上周三金典物业公司把我家水停了", "金典物业公司"),
    ],
)
def test_whom_it_is_about(text: str, expected: str) -> None:
    found = appeal.subject_of(text)

    assert found is not None
    assert found.value.endswith(expected)


@pytest.mark.parametrize("text", ["暖气不热", "路灯坏了", "打了很多次电话都没人管"])
def test_nobody_is_named(text: str) -> None:
    assert appeal.subject_of(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("暖气不热。希望尽快解决。谢谢", "希望尽快解决"),
        ("暖气不热，请相关部门尽快处理", "请相关部门尽快处理"),
        ("物业乱收费，我要求退还多收的物业费！", "我要求退还多收的物业费"),
        ("恳请领导给个说法", "恳请领导给个说法"),
    ],
)
def test_the_wish_runs_to_the_end_of_the_sentence(text: str, expected: str) -> None:
    found = appeal.wish_of(text)

    assert found is not None
    assert found.value == expected


@pytest.mark.parametrize("text", ["房子不符合要求", "物业要求我们交费", "暖气不热"])
def test_others_demands_are_no_wish(text: str) -> None:
    assert appeal.wish_of(text) is None


def test_an_enterprise_speaks_for_itself() -> None:
    found = appeal.enterprise_of("我是宏达商贸有限公司的负责人，想问惠企政策")

    assert found is not None
    assert found.value == "宏达商贸有限公司"
    assert appeal.enterprise_of("我是宏达商贸有限公司的员工，拖欠工资") is None


@pytest.mark.parametrize(
    ("dialect", "plain"),
    [
        ("屋里暖气包冰得很", "屋里暖气不热"),
        ("楼下茅房没人打扫", "楼下公厕没人打扫"),
        ("巷巷里渣滓没人拉", "巷子里垃圾没人拉"),
        ("老板拖着工钱不给", "老板拖着工资不给"),
    ],
)
def test_the_regions_own_words_find_the_same_category(
    dialect: str, plain: str, city: CityProfile, now: datetime
) -> None:
    said, meant = (read(text, city, now).category for text in (dialect, plain))

    assert said is not None
    assert meant is not None
    assert said.code == meant.code
