"""A child that says its age, in any of the ways children say it; and who tells of children and is none."""

from datetime import datetime

import pytest

from intake.city import CityProfile
from intake.understand.reader import read

CHILDREN = """
我今年11岁
我11岁
我十一岁了
我才八岁
我 今年 11 岁
我今年１１歲
我今年11岁，学校门口的路灯坏了
学校门口的路灯坏了，我今年11岁
我叫小明，今年10岁
我叫小明今年10岁
叔叔阿姨好，我今年九岁
你好我今年12岁
我今年十二三岁
本人13周岁
我虚岁14
我虚岁14岁
我还不到14岁
我未满14周岁
我不满十四岁
我是一个11岁的孩子
我是11岁的小学生
我2015年出生
我是2016年5月生的
我是小学生
我是一名小学生，我们学校门口没有斑马线
我還是小學生
我是五一路小学的学生
我是实验小学三年级二班的学生
我在实验小学读书
我在五一路小学上学，食堂的饭有虫子
我上小学四年级
我读三年级
我上五年级了
我现在读四年级
我是六年级的
我三年级
我念初一
我是初一(3)班的学生
我上幼儿园
我是小朋友
我还是个孩子
我是未成年人
今年十岁
我叫小红，上四年级，学校的饭不好吃
I am 11 years old
I'm 11, and the lamp at our school is broken
I’m only ten years old
I am a primary school student.
I'm in third grade
I am in grade 5
I am a 12-year-old boy
i'm a kid
I go to primary school
""".strip().splitlines()

OTHERS = """
我今年41岁
我今年14岁
我14岁了
我今年一百岁
我儿子今年11岁
我家孩子11岁
我孩子上三年级
我女儿是小学生
我家小孩在实验小学上学
我11岁的儿子被打了
我的儿子在学校被打，今年11岁
孩子在学校被打，今年11岁
我是小学老师
我是小学生家长
我是三年级学生的家长
我是孩子的妈妈
我是孩子他爸
我是实验小学三年级的班主任
我在实验小学门口
我在小学上班
我在五一路小学对面住
我住这里11年了
我11岁就住在这里
我上小学的时候这里就有路灯
我小学毕业
我不是小学生
我看到一个11岁的孩子掉进井里
有个小学生被车撞了
我弟弟10岁
我家邻居的孩子今年8岁太吵
我1985年出生
我是85年生的
我在这里工作了10年
我认识实验小学的学生
我送孩子上小学
我要给孩子报名上一年级
小学三年级的课程太难了
I am 41 years old
I am 11 km from the city
my son is 11 years old
I am the mother of a child
I am a child psychologist
I have lived here for 11 years
I'm in 5 minutes there
I am a teacher at a primary school
五岁女儿在广场走丢了，穿黄裙子
三岁的孩子被陌生人带走了
有个蛇钻到我家床底下了，我看是花的，一岁娃睡在床上
我家11号楼
11岁
上三年级
我11号来的
我们小区有十岁以下的孩子
""".strip().splitlines()


@pytest.mark.parametrize("words", CHILDREN)
def test_a_child_that_says_so(words: str, city: CityProfile, now: datetime) -> None:
    assert read(words, city, now).under_14


@pytest.mark.parametrize("words", OTHERS)
def test_who_is_no_child_is_not_taken_for_one(words: str, city: CityProfile, now: datetime) -> None:
    assert not read(words, city, now).under_14
