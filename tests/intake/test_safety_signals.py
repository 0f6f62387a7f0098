"""A real danger is never missed; a story, a figure of speech or a fear is not taken for one."""

import pytest

from intake.ticket import UrgencyLevel
from intake.understand.normalise import normalise
from intake.understand.safety import signal, urgency

EMERGENCIES = """
我家楼上着火了，快来人
楼道里冒黑烟，很呛
邻居家厨房起火了
电动车在楼下充电突然烧起来了
我家失火了，怎么办
着火了！！！
屋里有煤气味，头很晕
闻到很浓的燃气味
施工把天然气管道挖断了，正在往外漏
一直闻到煤气味怎么办
小区锅炉房爆炸了
变压器炸了，火花四溅
工人触电倒地了
我妈晕倒了叫不醒
有人从楼上掉下来了
广告牌砸到人了
老人昏迷不醒，快叫救护车
小孩吃了一瓶安眠药
孩子掉进下水道了
有人落水了，在东湖
有个男的跳河了
我被困在电梯里了
电梯困人了，里面有两个老人
门口有人打架，还拿着刀
有人持刀抢劫
老公正在打我
孩子走丢了，五岁，穿红衣服
老人走失了，80岁，有老年痴呆
十字路口撞人了，人在地上不动
刚才发生车祸，有人受伤
墙塌了，压住人了
工地脚手架倒了，有人被埋在下面
邻居一家煤氣中毒了
去年就说过会出事，现在真的着火了
There is a fire in our building
someone is stuck in the elevator
"""

SELF_HARM = """
我不想活了
真的活不下去了，欠了一屁股债
我想自杀
再不解决我就跳楼
我站在楼顶，准备跳下去
活着没意思
我老公说他要轻生
拿不到工资我只有一死了之
I want to kill myself
"""

THREATS = """
再不给钱我就和他们同归于尽
你们再不管，我们就去堵路
我们准备集体上访
明天就去市政府门口拉横幅
扬言要报复社会
我要炸了物业
逼急了我就砍死他
"""

TRAPS = """
笑死了，你们还管不管
热死了，暖气太热
这几天累死我了
去年这里着过火，希望加装消防栓
灭火器过期了没人换
怎么预防火灾
没有人受伤，就是路面坏了
楼道堆杂物存在火灾隐患
担心电动车充电引发火灾
万一着火消防车都进不来
消防通道被堵，一旦起火后果不堪设想
工厂烟囱天天冒黑烟
烧烤摊油烟大，烟雾缭绕
电梯经常困人，物业不维修
电梯坏了三天没人修
关于电梯的问题
跳楼价大甩卖天天放喇叭
商户都快活不下去了，生意太差
小区的树都活不了了
去年在工地受伤，工伤赔偿一直没给
我要投诉救护车收费太贵
消防演练什么时候举行
社区的防溺水宣传做得很好
上个月在这里摔骨折了，已经出院，要求赔偿
这个路口交通事故频发，建议装红绿灯
噪音吵得人想死
健身房老板跑路失踪了，联系不上
燃气公司乱收费
天然气什么时候通
请问燃气报警器怎么安装
楼上漏水漏到我家
手机掉进河里了
我打了三次电话没人接
火车站附近很脏
广场舞音响像爆炸一样
商家拉横幅卖货占道经营
车乱停堵路，出不去
极端天气停课吗
空调外机快掉下来了，怕砸到人
价格高得跟抢劫一样
外墙瓷砖脱落，差点砸到人
人气火爆的火锅店排队太长
没有发生火灾，就是有点焦味
幸好没人受伤
垃圾焚烧气味难闻
我家狗丢了
身份证丢了怎么补办
这堵墙就是一颗定时炸弹
不要用道德绑架家长
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(EMERGENCIES))
def test_emergencies_stop_the_form(text: str) -> None:
    found = signal(normalise(text))

    assert found is not None
    assert found.level == "emergency"


@pytest.mark.parametrize("text", lines(SELF_HARM))
def test_words_of_self_harm_are_heard(text: str) -> None:
    found = signal(normalise(text))

    assert found is not None
    assert found.level == "self_harm"


@pytest.mark.parametrize("text", lines(THREATS))
def test_threats_are_heard(text: str) -> None:
    found = signal(normalise(text))

    assert found is not None
    assert found.level == "threat"


@pytest.mark.parametrize("text", lines(TRAPS))
def test_figures_of_speech_fears_and_old_stories_are_no_signals(text: str) -> None:
    assert signal(normalise(text)) is None


def test_an_excuse_speaks_only_for_its_own_clause() -> None:
    assert signal("去年就说过会出事，今天真的起火了") is not None


def test_the_gravest_signal_is_the_one_told() -> None:
    found = signal("再不管我就去堵路，楼上着火了")

    assert found is not None
    assert found.rule == "fire"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("整个小区停水三天了", "outage"),
        ("路中间的井盖不见了", "manhole"),
        ("门口路面塌陷了一个大坑", "sinkhole"),
        ("消防通道被私家车堵死", "fire_lane"),
        ("污水直排进河里", "sewage"),
        ("全家吃完都上吐下泻", "food_poisoning"),
        ("楼上的广告牌摇摇欲坠", "falling"),
    ],
)
def test_orange_signs_hurry_the_ticket(text: str, rule: str) -> None:
    found = urgency(text, None)

    assert (found.level, found.rule) == (UrgencyLevel.URGENT, rule)


def test_an_ordinary_matter_is_not_urgent() -> None:
    assert urgency("小区门口的路灯不亮", None).level is UrgencyLevel.NORMAL


def test_a_red_signal_makes_it_critical() -> None:
    text = "楼上着火了"

    assert urgency(text, signal(text)).level is UrgencyLevel.CRITICAL
