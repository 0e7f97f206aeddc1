"""What the words of a turn say about an answer: that it helped, that it did not, or nothing at all."""

import re
from typing import Final

# The reporter, right after an answer. No word boundary of `re`: it does not exist between Chinese and Latin letters.
_CONFIRMS: Final = re.compile(
    r"(?i)(?<![a-z])(?:thanks?(?: you)?|thx|that (?:worked|works|helped|solved|fixed)|works? (?:now|for me|fine|great)"
    r"|it works|solved|resolved|fixed (?:it|my|the))(?![a-z])"
    r"|谢谢|感谢|多谢|已解决|解决了|可以了|搞定|好了|问题解决|謝謝|感謝|解決了"
)
# And what takes that back: "thanks, but it still fails", "解决了吗".
_DENIES: Final = re.compile(
    r"(?i)(?<![a-z])(?:still|no luck|unfortunately|however|thanks?(?: you)?,? but)(?![a-z])"
    r"|(?:n[o'’]?t|never) (?:[a-z]+ ){0,2}(?:work|help|fix|solv|resolv|change)"
    r"|(?:解决了|可以了|好了|搞定了?)(?:吗|嗎|没|么)|仍|还是(?:不|没|会|报|出)|還是|没(?:有)?(?:能)?(?:解决|用|效)|不(?:行|起作用|能解决)"
    r"|无效|未(?:能)?解决|無效|沒有?(?:解決|用)"
)
# Said of what somebody tried, not of what he sees: "it still fails", "没用", "试过了还是不行".
_REFUTES: Final = re.compile(
    r"(?i)(?<![a-z])(?:still (?:fail|broken|happen|the same|not work|does ?n[o'’]?t|get|see|crash|occur|hav)[a-z]*"
    r"|no luck|(?:did|does|do) ?(?:n[o'’]t|not) (?:work|help|fix|solve|resolve)"
    r"|(?:that|this|it) (?:is|was)n[o'’]t (?:it|the (?:cause|problem|reason))"
    r"|same (?:error|problem|result|issue) (?:again|as before)|not (?:fixed|solved|resolved))"
    r"|(?:还是|仍然?|依然|依旧)(?:不行|报错|失败|出错|没用|无效|有问题|一样|不能|无法)"
    r"|没(?:有)?(?:用|效果|解决)|无效|不(?:行|起作用|管用)|(?:未|没)能解决"
    r"|還是(?:不行|失敗|一樣)|沒有?(?:用|效|解決)|無效"
)
# Comments that say nothing to learn from.
_EMPTY: Final = re.compile(
    r"(?i)[\W_]*(?:1|bump|same here|me too|lgtm|ack|mark|顶一?下?|頂|同问|同求|蹲一?个?|插眼|马克)?[\W_]*"
)
# Turns that report what was done with the thread, whole: nobody learns from them what to do.
_STATUS: Final = re.compile(
    r"(?i)[\W_]*(?:(?:(?:this (?:is|was|has been|should (?:now )?be) "
    r"|it is |it's |i |i've |i'll |we |now |already |ok(?:ay)?,? |yes,? "
    r"|yep,? |great,? )*"
    r"(?:done|merged?|applied|landed|closed?|closing|fixed|resolved|addressed|handled|superseded|implemented|reverted"
    r"|rebased|updated|agreed?|(?:sounds|looks|seems) (?:good|reasonable|right|fine)"
    r"|good (?:catch|point|idea)|makes sense|will do|ship it|noted|note to self|ditto|same|see|fyi"
    r"|similar|related|duplicate|dupe?|moved|tracked|cc"
    r"|thank(?:s| you)|thx|ok(?:ay)?|nice|great|sure|yes|yep|yup|no|nope|ping|bump)"
    r"(?: (?:separately|locally|manually|elsewhere|already|now|here|this|that|it|per|by|in|as|with|via|to|for|the"
    r"|chairs?|editors?|wg|discussion|list|master|main|commit|pr|me|too|again|you|so|much|a lot|of|above|below|all"
    r"|then))*"
    r"|已(?:修复|解决|合并|合入|关闭|处理|完成|更新|采纳|收录|添加|提交|改)了?(?:[，,]?(?:请|参)?见)?|好的?"
    r"|收到|谢谢|多谢|感谢(?:反馈|提醒)?|同意|明白了?|了解|知道了|是的?|对的?|嗯+|可以"
    r"|已(?:修復|解決|合併|關閉|處理|更新)了?|謝謝|感謝)[\W_]*){1,4}"
)
# What stands for things that are elsewhere.
_REFERENCE: Final = re.compile(
    r"!\[[^\]\n]*\]\([^)\n]*\)|<img\b[^>]*>|\[[^\]\n]*\]\([^)\n]*\)|https?://\S+"
    r"|(?<![\w.-])[\w.-]*(?:/[\w.-]+)?#\d+|@[\w-]+"
    r"|(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])"
)
_SHORT: Final = 120
# Who tried something says so first, and then what he saw; a long reply discusses.
_LONG: Final = 1200
_FIRST: Final = 250
_ASKS: Final = re.compile(r"[?？][\W_]*\Z")


def says_nothing(said: str, seen: str) -> bool:
    """Whether a turn has nothing to learn from: "+1", "同问", a picture alone.

    Args:
        said: The turn.
        seen: What is left of it without what nobody can see in a text.
    """
    return not said or _EMPTY.fullmatch(seen) is not None


def is_status(said: str) -> bool:
    """Whether a turn only says what became of the thread: "Done", "Merged separately", "已修复，见 #12"."""
    if len(said) > _LONG:
        return False
    bare = _REFERENCE.sub("", said)
    return len(bare) < _SHORT and _STATUS.fullmatch(bare) is not None


def asks_back(said: str) -> bool:
    """Whether a turn is a short question: "Which version?" answers nothing."""
    return len(said) < 2 * _SHORT and _ASKS.search(said) is not None


def confirms(said: str) -> bool:
    """Whether a reporter says that the answer before helped."""
    return len(said) < 400 and _CONFIRMS.search(said) is not None and _DENIES.search(said) is None


def refutes(said: str) -> bool:
    """Whether a reporter says at the beginning of his reply that the answer before did not help."""
    return len(said) < _LONG and _REFUTES.search(said, 0, _FIRST) is not None
