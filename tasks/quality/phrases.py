r"""Phrases that tell what a line is, in both languages, compiled to one automaton over UTF-8 bytes.

"\n" in a phrase is the start or end of a line. ASCII letters match in either case. Sources: C4 (policy, javascript,
lorem ipsum), RefinedWeb (sign-in, read more, items in cart), MAP-NEO (展开, 更多); the rest is ours.
"""

from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.engine.kernel import kernel

JAVASCRIPT: Final = 0
POLICY: Final = 1
LOREM_IPSUM: Final = 2
BRACE: Final = 3  # {, which is counted with the bytes
MORE: Final = 4
AD: Final = 5
NAVIGATION: Final = 6
GARBAGE: Final = 7
MARKUP: Final = 8
LINK: Final = 9
SENSITIVE: Final = 10
N_KINDS: Final = 11
_SLOT_BITS: Final = 15
CONTINUED: Final = 5  # bytes by which a phrase is known
LONG, SHORT = 1, 2

PHRASES: Final[dict[int, str]] = {
    JAVASCRIPT: "javascript",
    POLICY: "terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies"
    "|隐私政策|使用条款|本网站使用cookie|我们使用cookie",
    LOREM_IPSUM: "lorem ipsum",
    MORE: "\nsign in|\nsign-in|\nlog in\n|read more\n|read more...\n|read more…\n|readmore\n|show more\n|load more\n"
    "|see more\n|items in cart|\n登录\n|\n注册\n|展开\n|展开全文|收起\n"
    "|更多\n|更多>|更多»|查看更多\n|阅读全文\n|点击展开"
    "|加载更多\n|閱讀全文\n|查看全文\n",
    AD: "buy now|order now|act now|shop now|click here to buy|limited time offer|free shipping|special offer"
    "|best price|lowest price|online casino|casino bonus|slot machine|sports betting|viagra|cialis|payday loan"
    "|make money online|work from home|earn money|weight loss|no prescription|money back guarantee|100% free"
    "|subscribe now|sign up today|discount code|promo code|adult dating|free porn|hot deals|cheap flights"
    "|加微信|加我微信|扫码关注|关注公众号|点击领取|免费领取|立即购买|立即抢购|限时抢购|限时优惠|限时特价|全场包邮"
    "|优惠券|代开发票|办证|博彩|澳门赌场|六合彩|时时彩|百家乐|娱乐城|真人娱乐|棋牌|彩票平台|刷单|日赚|月入过万"
    "|无抵押贷款|贷款秒批|招商加盟|加盟热线|咨询热线|客服微信|成人视频|一夜情|特价促销|厂家直销|点击购买|抢购价|包邮"
    "|立即注册送|注册送",
    NAVIGATION: "back to top|skip to content|skip to main content|site map|sitemap|about us|contact us|privacy policy"
    "|terms of use|terms of service|all rights reserved|next page|previous page|\nhome\n|\nmenu\n|\nsearch\n|\nlogin\n"
    "|log in|sign up|register|share on facebook|share on twitter|follow us|related posts|leave a comment|newsletter"
    "|my account|add to cart|view cart|careers|\nhome |\nfaq\n|home >|home »|home |"
    "首页|登录|注册|关于我们|联系我们|网站地图|版权所有|备案号|上一篇|下一篇|返回顶部|回到顶部|加入收藏|设为首页|友情链接"
    "|免责声明|隐私政策|相关阅读|相关推荐|热门文章|热门标签|分享到|发表评论|购物车|我的订单|会员中心|在线客服|意见反馈"
    "|招聘信息|站点导航|最新文章|网站首页|当前位置",
    GARBAGE: "锟斤拷|烫烫烫|屯屯屯|锘锘|ï¿½|ï»¿|â€™|â€œ|Ã©|Ã¨|ã€|涓€|鐨勶|銆|鈥|锛|鍙|浠ュ|绯荤|璇ｆ",
    MARKUP: "<div|</div|<span|</span|<br|<p>|</p>|<td|</td|<tr|</tr|<li>|</li>|<a href|</a>|<script|<style|<img |&nbsp;"
    "|&amp;|&lt;|&gt;|&quot;|&#",
    LINK: "http://|https://|ftp://|www.",
    SENSITIVE: "xxx video|porn|hentai|escort service|call girls|adult dating|free sex|nude girls|live cams|webcam girls"
    "|online casino|casino bonus|slot machine|sports betting|poker room|buy cocaine|buy weed|buy fentanyl|fake passport"
    "|buy viagra|cheap viagra|cialis online|guns for sale|stolen credit card|成人视频|一夜情|色情|裸聊|援交|约炮"
    "|黄色网站|无码|激情视频|性服务|上门服务|博彩|澳门赌场|六合彩|时时彩|百家乐|真人娱乐|老虎机|赌球|网赌|彩票平台|毒品"
    "|冰毒|迷药|枪支出售|办假证|假币|代孕|高利贷|裸贷",
}  # fmt: skip


class Automaton(NamedTuple):
    """Aho and Corasick's, with every transition written out.

    `step[state, columns[byte]]` is the next state; `kinds[state]` has a bit for every kind of phrase that ends there,
    and `sizes[state]` the UTF-8 length of the longest. Bytes that no phrase has share a column, letters of both cases
    too: the table stays in a core's cache. `depths[state]` is how many bytes of a phrase were read. By `beginning_slot`
    `beginnings` tells whether three bytes may begin a phrase (`SHORT`: one of fewer than five bytes), `continuations`
    whether three may be the third to fifth of one.
    """

    columns: npt.NDArray[np.uint8]
    step: npt.NDArray[np.uint16]
    kinds: npt.NDArray[np.uint16]
    sizes: npt.NDArray[np.int32]
    depths: npt.NDArray[np.uint8]
    beginnings: npt.NDArray[np.uint8]
    continuations: npt.NDArray[np.bool_]


@kernel
def beginning_slot(three_bytes: int) -> int:
    """Where `Automaton.beginnings` knows three bytes, the first in the highest place; letters in either case."""
    return (((three_bytes | 0x202020) * 0x9E3779B1) & 0xFFFFFFFF) >> (32 - _SLOT_BITS)


@cache
def phrase_automaton() -> Automaton:
    """The automaton for `PHRASES`."""
    children: list[dict[int, int]] = [{}]
    kinds, sizes, depths = [0], [0], [0]
    beginnings, continuations = np.zeros(1 << _SLOT_BITS, np.uint8), np.zeros(1 << _SLOT_BITS, np.bool_)
    for kind, joined in PHRASES.items():
        for phrase in filter(None, joined.split("|")):
            state = 0
            encoded = phrase.encode().lower()
            for byte in encoded:
                if byte not in children[state]:
                    children[state][byte] = len(children)
                    children.append({})
                    kinds.append(0)
                    sizes.append(0)
                    depths.append(depths[state] + 1)
                state = children[state][byte]
            kinds[state] |= 1 << kind
            sizes[state] = max(sizes[state], len(phrase.strip("\n").encode()))
            for three in [encoded[:3]] if len(encoded) > 2 else [encoded + bytes([last]) for last in range(256)]:
                slot = beginning_slot.py_func(int.from_bytes(three))
                beginnings[slot] = max(beginnings[slot], LONG if len(encoded) >= CONTINUED else SHORT)
            if len(encoded) >= CONTINUED:
                continuations[beginning_slot.py_func(int.from_bytes(encoded[2:CONTINUED]))] = True
    arrays = np.array(kinds, np.uint16), np.array(sizes, np.int32)
    columns, step = _with_failures(children, *arrays)
    automaton = Automaton(columns, step, *arrays, np.array(depths, np.uint8), beginnings, continuations)
    for array in automaton:
        array.setflags(write=False)
    return automaton


def _with_failures(children: list[dict[int, int]], kinds: Any, sizes: Any) -> tuple[Any, Any]:
    """Columns and steps; kinds and sizes of phrases that end inside another are added."""
    step = np.zeros((len(children), 256), np.uint16)
    failure = np.zeros(len(children), np.int64)
    queue = [0]
    for state in queue:  # grows while it is read: breadth first
        if state:
            step[state] = step[failure[state]]
            kinds[state] |= kinds[failure[state]]
            sizes[state] = max(sizes[state], sizes[failure[state]])
        for byte, child in children[state].items():
            failure[child] = step[state, byte] if state else 0
            step[state, byte] = child
            queue.append(child)
    for upper in range(ord("A"), ord("Z") + 1):
        step[:, upper] = step[:, upper | 0x20]
    narrow, columns = np.unique(step, axis=1, return_inverse=True)
    return columns.astype(np.uint8).reshape(256), np.ascontiguousarray(narrow)
