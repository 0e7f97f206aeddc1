import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.anonymize.han.lexicon import load_lexicon
from tasks.anonymize.han.names import MAX_RUN
from tasks.anonymize.han.scan import find_all_names, find_names
from tasks.engine.utf8 import utf8_column


def names(text):
    return [text[start:end] for start, end, _ in find_names(text, load_lexicon()).tolist()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("记者王建国报道", ["王建国"]),
        ("联系人：黄海；", ["黄海"]),
        ("您好，我是于晓，手机", ["于晓"]),
        ("郑先生创作", ["郑"]),
        ("欧阳明慧和陈志强一起提交", ["欧阳明慧", "陈志强"]),
        ("卡洛斯·阿马特说", ["卡洛斯·阿马特"]),
        ("总理基里延科宣布", ["基里延科"]),
        ("首相桥本龙太郎表示", ["桥本龙太郎"]),
        ("张丽、李伟明、赵晓东出席", ["张丽", "李伟明", "赵晓东"]),
        ("张晓明，58岁，工程师", ["张晓明"]),
        ("李伟，男，1980年入职", ["李伟"]),
        ("柏晓明医生说", ["柏晓明"]),
        ("@张晓明 请看", ["张晓明"]),
        ("感谢＠李伟的反馈", ["李伟"]),
        ("卡洛斯·阿马特（Carlos Amat）说", ["卡洛斯·阿马特", "Carlos Amat"]),
        ("记者张晓明(Zhang X., 左)报道", ["张晓明", "Zhang X."]),
    ],
)
def test_names_are_read_with_what_speaks_for_them(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "高可用集群通过向量索引提升查询速度",
        "安装完成后请重启服务，否则配置不会生效",
        "于是金属外壳的温度明显下降",
        "莫斯科和石家庄的机房已经上线",
        "方法名必须以小写字母开头，常量用大写",
        "请在设置中打开开关，然后点击保存",
        "本章介绍如何在多云环境中部署应用程序",
        "高峰，5岁以下儿童免费；平安（女）款",
        "超文本标记语言（HTML），分布式（Distributed）架构",
        "@全体成员 @管理员 @高级用户 @方法 @注解 写在类上 foo@王牌",
        "柏林的厉害之处在于蔚蓝的天和雍容的云",
    ],
)
def test_words_are_no_names(text):
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("联系人：欧阳明慧；", True),
        ("姓名 张晓明 手机", True),
        ("张晓明（男，汉族）", True),
        ("记者张晓明报道", True),
        # Read in a sentence, of two characters, or with a word in it: it could be something else in another text.
        ("感谢张晓明的帮助", False),
        ("联系人：黄海；", False),
        ("@张晓明 请看", False),
        # A customer may be a firm.
        ("客户：张晓明", False),
        ("由张晓明先生负责", False),
        ("记者高明亮报道", False),
    ],
)
def test_a_name_is_certain_where_two_things_say_so(text, certain):
    ((_, _, found),) = find_names(text, load_lexicon()).tolist()
    assert bool(found) == certain


@settings(max_examples=100, deadline=None)
@given(left=st.text("的在王李说明", max_size=8), text=st.text("王建国张伟先生说、·的和高明", max_size=30))
def test_what_stands_beyond_a_line_changes_nothing(left, text):
    assert names(f"{left}\n{text}") == names(left) + names(text)


@settings(max_examples=100, deadline=None)
@given(st.text("王建国张伟先生说：；、·的和高明 a1", max_size=60))
def test_names_lie_in_order_in_the_text(text):
    position = 0
    for start, end, _ in find_names(text, load_lexicon()).tolist():
        assert position <= start < end <= len(text)
        position = end


def test_a_run_of_any_length_is_read():
    text = "配置" * MAX_RUN + "记者王建国报道"
    assert "王建国" in names(text)


def _in_column(texts):
    data, offsets = utf8_column(pa.chunked_array([pa.array(texts, pa.large_string())]))
    return find_all_names(data, offsets, load_lexicon()).tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("王建国张伟先生说：、·的和高明 a1é😀（()z", max_size=30), max_size=5))
def test_a_column_holds_the_names_of_its_texts(texts):
    apart = [[row, *place] for row, text in enumerate(texts) for place in find_names(text, load_lexicon()).tolist()]
    assert _in_column(texts) == apart


def test_a_column_may_hold_more_names_than_there_is_room_for_at_once():
    texts = ["记者王建国、李明报道", "no names", ""] * 3000
    assert [row for row, *_ in _in_column(texts)] == [row for row in range(0, 9000, 3) for _ in range(2)]
