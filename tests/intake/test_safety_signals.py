"""A real danger is never missed; a story, a figure of speech or a fear is not taken for one."""

import pytest

from intake.model.ticket import UrgencyLevel
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
我拎着农药去找你们
明天背着煤气罐到物业门口
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


# Written after the rules, one handful after the other, to see how they do with words they had not met.
FRESH = """
隔壁着大火了
厨房油锅烧起来了怎么办
我家里进贼了，人还在里面
有个小孩掉井里了
我爷爷摔倒了起不来，头上都是血
门口有两伙人拿着棍子打起来了
我老婆割腕了
我现在站在天台上
煤气泄漏，整个楼道都是味
楼道里全是烟
电线着火了，一直在冒火花
大巴车翻了好多人受伤
我妈突然不会动了，嘴歪了
我被人关在屋里出不去
有人要跳楼，在楼顶
电动车自燃
我吃了很多药，不想醒过来了
孩子不见了，找了两个小时
电梯突然掉下去了我们被关在里面
爆燃了，隔壁饭店
对面楼失火
有人晕倒在广场上
工人从架子上摔下来了
我要杀了他们全家
一个老人躺在路边没反应
我儿子被狗咬了，一直流血
液化气罐在漏气
我前夫拿刀在门口砸门
有人在河边溺水
闻到一股煤气味道
房子塌了里面还有人
我想一死了之
感觉人生没有意义，想离开这个世界
高压线断了掉地上冒火花
救命啊
着火啦！！
小区里有人触电
学生在宿舍喝农药了
我家阳台烧着了
救命，楼下饭店爆炸了
厨房燃气管断了，嘶嘶响
老人没有呼吸了
孩子高烧抽搐
我腿被机器夹住了
被困在火场里了
有人拿着斧头砸门
我要自杀，谁也别拦我
我已经写好遗书了
楼上有个女的要跳下来
儿子离家出走三天找不到了
我妈有老年痴呆，早上出门到现在没回来
隔壁夫妻打得很凶，女的在喊救命
车撞到树上司机出不来
小孩卡在防盗窗上了
有人喝醉了躺在马路中间
煤气中毒，两个人昏过去了
发大水了，我们被困在二楼
工地塌方，埋了两个人
有人抢我包
公交车着了
我被老公打得鼻青脸肿
活够了
拿不回钱就点汽油烧了售楼部
我们几十个农民工要去堵大门
大家约好明天去市政府静坐
我要跟他们拼命
楼下车棚烧起来了，火很大
快来人啊，我家进烟了睁不开眼
加油站旁边有人在烧东西，火势控制不住
隔壁天然气爆炸把墙炸塌了
我闻到一股很刺鼻的瓦斯味
工友从脚手架上掉下来，现在不动了
我爱人胸口疼得厉害，冒冷汗
孩子把硬币吞下去了，喘不上气
奶奶晕过去了
洗澡的时候我妈煤气中毒倒在地上
有个老头在湖里扑腾
冰面裂了，有人掉下去了
坐电梯被卡在12楼半天了没人管
电梯门打不开，里面关着一个孩子
有人拿刀追着人砍
酒吧门口群殴，好几个人受伤
我男朋友打我，把我锁在屋里
三岁的孩子被陌生人带走了
货车和电动车相撞，骑车的人躺着不动
高速上连环追尾，有人夹在车里
桥塌了
我真不想活了，太累了
女儿留了一封遗书出门了
我吞了一整瓶安眠药
我想从这楼上跳下去一了百了
不给我解决我就死在你们门口
惹急了我就放火烧了你们单位
我要拿刀去找他们算账
老乡们准备去省里集体上访
疫情那会儿没死，现在真想死
五楼窗户往外喷火
充电的电瓶爆了，屋里都烧着了
我家灶台软管脱落一屋子气味，不敢开灯
老伴突然倒地没知觉了
同事手被卷进机器里了
我朋友喝多了叫不醒
孩子被开水烫了一大片
有人在广场行凶
醉汉拿刀乱砍
有个陌生人一直撬我家门锁
家里老人出去一天了还没回来
小孩头卡在栏杆里了
电梯停在半空，我们三个人出不去
路口两辆车撞了，有人流血
水库有人淹着了
我准备了绳子，今晚就走
活着还不如死了
我会带着全家一起死
不发工资我们就上楼顶
要是不管我就去炸桥
"""

FRESH_TRAPS = """
楼道里贴满小广告
气死我了
困死了，广场舞吵到半夜
公交车等得我要疯了
请问火化需要什么手续
物业经理拿着刀切西瓜
楼上的狗叫得我想死
电梯里有烟味
邻居抽烟，烟味飘到我家
请安装一氧化碳报警器
火锅店排队占道
小区门口烧纸
烧秸秆冒烟
我家的热水器不打火
车祸理赔怎么办
想问下工伤认定流程
120乱收费
110不出警怎么投诉
消防通道堵了
电梯有异响很吓人
建议加强防火宣传
孩子被老师批评了
房子漏水快塌了
家里停电了，冰箱东西都坏了
路灯线头裸露，怕触电
树倒了压到车
小区有人遛狗不牵绳，怕咬人
公园湖边没护栏，容易落水
饭店的燃气罐放在楼道里不安全
老人摔倒没人敢扶的问题
有人在小区放鞭炮
工厂爆破震得房子裂了
想咨询自杀干预热线
我不想活得这么累，希望工资按时发
新闻里说某地着火了
去年我爸出车祸去世，想咨询抚恤金
前天小区失火，现在楼道没人清理
请问见义勇为怎么申报，我救了落水的人
烧伤科在哪个医院
我们单位要拉横幅搞活动
公交车空调不热，冻死人了
消防车停在小区里占车位
我家孩子发烧去医院排队太久
机器噪音吵死人
电梯夹了一下我的包
老师让孩子站着听课
孩子放学没人接
楼顶漏水没人修
天台被人占用种菜
急救培训在哪报名
燃气改造什么时候完工
社区组织消防演练，表扬
抢修队来得很慢
物业把门反锁了进不去
打车被绕路
小区里有人打麻将太吵
抢购不到门票
路口没有红绿灯容易出车祸
小区狗咬人的事没人管
污水冒出来了，臭死了
烟花燃放太吵
抽油烟机的烟全排到楼道
我们是受害者，钱被骗了
广场舞的音响声音炸裂
求求你们救救我们业主
生意难做，撑不下去了，能减免房租吗
电费不交就断电，太霸道
前年我家着火，保险没赔
商场里温度太高中暑的感觉
请问急诊报销吗
小区垃圾桶旁边有人烧纸，灰到处飞
车棚里的电线乱拉，容易着火
加油站油价太高
天然气充值卡丢了
脚手架搭在人行道上半年了
孩子胸牌丢了学校要收费
湖里的水发臭
冰面上有人滑冰，没有警示牌，怕出事
电梯每次到12楼都停一下
酒吧噪音到凌晨
男朋友欠我钱不还
幼儿园老师带孩子出去没通知家长
高速收费站排队
桥下面积水严重
工作压力太大了想咨询心理热线
安眠药哪里可以买到
楼上小孩跳来跳去
饭店门口放鞭炮吓死人
刀具厂污染
省里的补贴什么时候发
家里老人去世怎么销户
我妈住院了，医保怎么报
狗咬了人主人不赔钱，已经打了疫苗
我的车在小区被砸了
跳闸了
打工一年没拿到钱
公交司机开车太猛，老人差点摔倒
前几天楼下着火后一直没清理
街上的猫没人管要饿死了
物业说再不交钱就停水
五楼窗户掉漆
充电桩收费高
灶台软管在哪里换
老伴的退休金没发
同事之间有矛盾
朋友圈卖假货
开水房卫生差
广场砖松动
陌生电话骚扰
老人卡怎么办理
栏杆坏了
电梯广告太多
两辆车抢车位吵架
水库钓鱼收费
绳子拦路影响通行
上楼顶的门锁坏了
炸鸡店油烟大
全家都交了医保
楼里有人抽烟
小区大门口总有车堵着
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


@pytest.mark.parametrize("text", lines(FRESH))
def test_any_cry_for_help_is_heard(text: str) -> None:
    assert signal(normalise(text)) is not None


@pytest.mark.parametrize("text", lines(TRAPS) + lines(FRESH_TRAPS))
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
        ("全班同学吃完饭上吐下泻", "food_poisoning"),
        ("五个孩子同时呕吐", "food_poisoning"),
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
