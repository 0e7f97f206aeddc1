"""Junk made of clean texts by seeded corruption, in English and Chinese: what `eval_quality.py` wants removed.

Each maker takes a random source, the language and a clean text, and gives one junk document. Words of menus, spam and
logs are written here and not taken from the phrases of the rules, so that the rules are not measured by themselves.
"""

import base64
import random
import zlib
from collections.abc import Callable, Mapping
from typing import Final

Maker = Callable[[random.Random, str, str], str]

_MENU: Final = {
    "en": "Home|Products|Solutions|Pricing|Customers|Partners|Resources|Blog|Events|Webinars|Support|Downloads"
    "|Community|Forum|Documentation|Company|Leadership|Careers|Press|Investors|Contact|Legal|Cookies|Accessibility|Language"
    "|English|Deutsch|Français|日本語|Search|Log in|Create account|Cart (0)|Wish list|Help center|Track order|Returns"
    "|Gift cards|Stores|Newsletter|Twitter|Facebook|LinkedIn|YouTube|RSS|Previous|Next|1|2|3|4|5|Last »|« First|Share"
    "|Print|Email|Comments (12)|Related|Popular|Latest|Tags|Archives|March 2021|April 2021|Categories|All topics",
    "zh": "首页|产品中心|解决方案|价格|客户案例|合作伙伴|资源下载|博客|活动|直播|技术支持|下载|社区|论坛|文档|公司介绍"
    "|管理团队|加入我们|新闻动态|投资者关系|联系方式|法律声明|隐私|无障碍|语言|简体中文|English|搜索|登录|免费注册"
    "|购物车(0)|收藏夹|帮助中心|订单查询|退换货|礼品卡|门店|邮件订阅|微博|微信|抖音|知乎|上一页|下一页|1|2|3|4|5|末页"
    "|分享|打印|评论(12)|相关内容|热门|最新|标签|归档|2021年3月|2021年4月|分类|全部主题|返回列表|意见箱|手机版|客户端",
}
_GOODS: Final = {
    "en": "running shoes|iphone case|leather wallet|car insurance|wedding dress|coffee maker|led lights|phone charger"
    "|yoga mats|gaming chair|hair extensions|web hosting|replica watch|garden tools|essay writing|used cars",
    "zh": "运动鞋|手机壳|真皮钱包|汽车保险|婚纱摄影|咖啡机|灯具|充电宝|瑜伽垫|电竞椅|假发|虚拟主机|高仿手表|园林工具"
    "|论文代写|二手车|装修公司|翻译公司|月嫂|搬家公司",
}
_SPAM: Final = {
    "en": "cheap|best|buy|discount|online|sale|wholesale|free|near me|for sale|price|reviews|coupon|outlet|2021|top 10",
    "zh": "便宜|最好的|购买|打折|网上|批发|免费|附近|价格|多少钱|哪家好|排名|优惠|厂家|直销|品牌|推荐|十大",
}
_LOG: Final = {
    "en": "connection reset by peer|request completed|cache miss|retrying in 5s|session opened for user|heartbeat ok"
    "|worker exited|queue depth|slow query|flush finished|lease renewed|authentication failed",
    "zh": "连接被重置|请求处理完成|缓存未命中|5秒后重试|用户会话已打开|心跳正常|工作进程退出|队列长度|慢查询|刷新完成"
    "|租约已续期|认证失败",
}


def navigation(rng: random.Random, lang: str, text: str) -> str:  # noqa: ARG001 - menus need no text
    """Menus, page links and dates, a line each or in rows, as a page stripped of its tags gives them."""
    items = [rng.choice(_MENU[lang].split("|")) for _ in range(rng.randint(40, 160))]
    style = rng.choice(["lines", "rows", "markdown", "breadcrumbs"])
    if style == "lines":
        return "\n".join(items)
    if style == "markdown":
        return "\n".join(f"* [{item}](/{rng.randrange(10**6):x})" for item in items)
    joint = rng.choice([" | ", " · ", "  ", " / "]) if style == "rows" else " > "
    width = rng.randint(4, 9)
    return "\n".join(joint.join(items[i : i + width]) for i in range(0, len(items), width))


def mojibake(rng: random.Random, lang: str, text: str) -> str:
    """Read in another encoding than the one it was written in, once or twice."""
    excerpt = _excerpt(rng, text, 900)
    if lang == "en":
        # English needs other letters to be misread at all.
        typographic = {"'": "’", '"': "”", " - ": " – ", "e": "é", "a": "à", "o": "ö", "n": "ñ"}
        for plain, accented in typographic.items():
            excerpt = excerpt.replace(plain, accented)
        written, read = rng.choice([("utf-8", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "gbk"), ("cp1252", "utf-8")])
    else:
        written, read = rng.choice(
            [("utf-8", "gbk"), ("gbk", "latin-1"), ("utf-8", "cp1252"), ("gbk", "utf-8"), ("utf-8", "big5"),
             ("gbk", "big5")]
        )  # fmt: skip
    return excerpt.encode(written, "ignore").decode(read, rng.choice(["replace", "ignore"]))


def keyword_spam(rng: random.Random, lang: str, text: str) -> str:  # noqa: ARG001
    """Words to be found by, in all combinations."""
    goods = rng.sample(_GOODS[lang].split("|"), rng.randint(2, 4))
    words = _SPAM[lang].split("|")
    gap = " " if lang == "en" else ""
    phrases = []
    for _ in range(rng.randint(60, 200)):
        parts = [rng.choice(words), rng.choice(goods), *rng.sample(words, rng.randint(0, 2))]
        phrases.append(gap.join(parts))
    joint = rng.choice([", ", " | ", "\n", " "] if lang == "en" else ["，", "、", "\n", " ", "_"])
    return joint.join(phrases)


def log_dump(rng: random.Random, lang: str, text: str) -> str:  # noqa: ARG001
    """Log files without a word of explanation: servers, containers, access logs, traces."""
    messages = _LOG[lang].split("|")
    style = rng.choice(["server", "access", "kernel", "json", "trace"])
    lines = []
    clock = rng.randrange(86400)
    for _ in range(rng.randint(40, 150)):
        clock += rng.randint(0, 9)
        time = f"{clock // 3600 % 24:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}"
        said, pid = rng.choice(messages), rng.randrange(100, 99999)
        ip = f"192.0.2.{rng.randrange(256)}"
        lines.append({
            "server": f"2021-03-{clock % 28 + 1:02d} {time},{pid % 1000:03d} {rng.choice(['INFO', 'WARN', 'ERROR'])} "
            f"[worker-{pid % 16}] c.e.gateway.Session{pid % 7} - {said} id={pid}",
            "access": f'{ip} - - [03/Mar/2021:{time} +0000] "GET /api/v1/items/{pid} HTTP/1.1" 200 {pid * 7}',
            "kernel": f"[{clock}.{pid:06d}] eth{pid % 4}: {said} 0x{pid * 7919:08x}",
            "json": f'{{"ts":"2021-03-03T{time}Z","level":"info","msg":"{said}","pid":{pid},"ip":"{ip}"}}',
            "trace": f"\tat com.example.net.Handler{pid % 31}.run(Handler{pid % 31}.java:{pid % 900})",
        }[style])  # fmt: skip
    return "\n".join(lines)


_CONFUSED: Final = dict(zip("aeiourntlshdcmg", "o3ea{vi1|$b0(nq", strict=True))


def ocr_noise(rng: random.Random, lang: str, text: str) -> str:
    """A text layer that a bad scan gave: wrong characters, torn words, stray marks."""
    rate = rng.uniform(0.3, 0.5)
    out = []
    for character in _excerpt(rng, text, 1200):
        if character.isspace() or rng.random() > rate:
            out.append(character)
        elif lang == "en" or character.isascii():
            pick = rng.random()
            swapped = _CONFUSED.get(character.lower(), rng.choice("~^|\\/.,'`;:!il1"))
            out.append(swapped if pick < 0.6 else f"{character} " if pick < 0.8 else rng.choice("~^|\\.,'`;:_«»°"))
        else:
            pick = rng.random()
            wrong = chr(rng.randrange(0x4E00, 0x9FA0))
            out.append(wrong if pick < 0.6 else rng.choice("丨丶丿亅一二口日曰囗|.,'`:;·°^~") if pick < 0.9 else "")
    return "".join(out)


def truncated_binary(rng: random.Random, lang: str, text: str) -> str:
    """A file that is no text, read as text, cut off somewhere."""
    size = rng.randint(700, 4000)
    packed = zlib.compress(text.encode(), 9) + rng.randbytes(size)
    start = rng.randrange(max(len(packed) - size, 1))
    data = packed[start : start + size]
    style = rng.choice(["latin", "utf8", "base64", "hex", "pdf", "wide"])
    if style == "base64":
        return base64.encodebytes(data).decode()
    if style == "hex":
        return "\n".join(f"{i:08x}  {data[i : i + 16].hex(' ')}" for i in range(0, len(data) - 15, 16))
    if style == "pdf":
        head = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n4 0 obj\n<< /Length 5 0 R /Filter /FlateDecode >>\nstream\n"
        data = (
            head
            + data
            + b"\nendstream\nendobj\nxref\n0 12\n"
            + b"".join(b"%010d 00000 n \n" % (i * 97) for i in range(12))
        )
    codec = {"utf8": "utf-8", "wide": "gb18030" if lang == "zh" else "utf-16"}.get(style, "cp1252")
    return data.replace(b"\0", b"").decode(codec, rng.choice(["replace", "ignore"]))


def repeated_lines(rng: random.Random, lang: str, text: str) -> str:
    """A few lines again and again, alike or with a number that counts."""
    lines = [line.strip() for line in text.split("\n") if len(line.strip()) > (12 if lang == "zh" else 25)]
    chosen = rng.sample(lines, min(len(lines), rng.randint(1, 4))) or [text[:60].replace("\n", " ")]
    counted = rng.random() < 0.4
    out = []
    for i in range(rng.randint(25, 90)):
        line = chosen[i % len(chosen)][:160]
        out.append(f"{line} {i + 1}" if counted else line)
    return "\n".join(out)


MAKERS: Final[Mapping[str, Maker]] = {
    maker.__name__: maker
    for maker in (navigation, mojibake, keyword_spam, log_dump, ocr_noise, truncated_binary, repeated_lines)
}


def _excerpt(rng: random.Random, text: str, size: int) -> str:
    start = rng.randrange(max(len(text) - size, 1))
    return text[start : start + size]
