"""What the words of a turn say about an answer: that it helped, that it did not, or nothing at all."""

import re
from typing import Final

# The reporter, right after an answer. No word boundary of `re`: it does not exist between Chinese and Latin letters.
_WORKS: Final = re.compile(
    r"(?i)(?<![a-z])(?:that (?:worked|works|helped|solved|fixed)|works? (?:now|for me|fine|great)"
    r"|it works|solved|resolved|fixed (?:it|my|the))(?![a-z])"
    r"|已解决|解决了|可以了|搞定|好了|问题解决|解決了"
)
_THANKS: Final = re.compile(r"(?i)(?<![a-z])(?:thanks?(?: you)?|thx)(?![a-z])|谢谢|感谢|多谢|謝謝|感謝")
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
    r"|(?:(?:concept|approach|tested|untested|code review) )?(?:u?t|cr|n|re-?)?ack"
    r"|thank(?:s| you)|thx|ok(?:ay)?|nice|great|sure|yes|yep|yup|no|nope|ping|bump)"
    r"(?: (?:separately|locally|manually|elsewhere|already|now|here|this|that|it|per|by|in|as|with|via|to|for|the"
    r"|chairs?|editors?|wg|consensus|discussion|list|master|main|commit|pr|me|too|again|you|so|much|a lot|of|above"
    r"|below|all|then))*"
    r"|已(?:修复|解决|合并|合入|关闭|处理|完成|更新|采纳|收录|添加|提交|改)了?(?:[，,]?(?:请|参)?见)?|好的?"
    r"|收到|谢谢|多谢|感谢(?:反馈|提醒)?|同意|明白了?|了解|知道了|是的?|对的?|嗯+|可以"
    r"|已(?:修復|解決|合併|關閉|處理|更新)了?|謝謝|感謝)[\W_]*){1,4}"
)
# What stands for things that are elsewhere.
_REFERENCE: Final = re.compile(
    r"!?\[[^\]\[\n]{0,500}\]\([^()\n]{0,2000}\)|<img\b[^<>]*>|https?://\S+"
    r"|(?<![\w.-])[\w.-]*(?:/[\w.-]+)?#\d+|@[\w-]+"
    r"|(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])"
)
# A sentence that only points at what others said, or says yes or no, in words that stand in any answer.
_POINTS: Final = re.compile(
    r"(?i)(?:(?:i|you|we|it|this|that|these|those|they|he|she|is|are|was|be|am|would|do|does|did|have|think|guess|believe"
    r"|mean|prefer|say|said|the|a|an|of|for|to|in|as|on|and|or|but|my|your|his|her|their|so|too|also|just|yes|yeah|yep"
    r"|yup|no|nope|not|sure|maybe|perhaps|probably|likely|definitely|indeed|exactly|correct|right|true|agreed?|agreeing"
    r"|latter|former|first|second|third|last|one|ones|two|both|either|neither|other|option|choice|alternative|same|above"
    r"|below|previous|earlier|comments?|answers?|already|mentioned|stated|see|cc|please|sorry|hi|hello|hmm+|oh|well"
    r"|course|what|with|here|there|everyone|all)(?![a-z])[\W_]*)+"
    r"|(?:应该|大概|可能|我觉得|我认为|我选|用|就)*(?:后者|前者|第[一二三四两1-4]个|两个都[可以行是]*|都可以|都行|都不是|是的?|不是"
    r"|对的?|没错|同上|如上|见上|如楼上|楼上(?:正解|说得对|说的对)|(?:同意|赞同)(?:楼上)?|先?关闭?了?|後者|兩個都可以|應該是)(?:吧|啊|呢|的)*[\W_]*"
)
# Sends the reporter elsewhere.
_REDIRECTS: Final = re.compile(
    r"(?i)(?<![a-z])(?:open|file|create|start|raise|submit|report)(?:ing)? (?:it as )?(?:an? )?"
    r"(?:new|separate|fresh|another|different) (?:issue|ticket|bug|report|discussion|pr|pull request)"
    r"|(?<![a-z])mov(?:ed|ing|e) (?:this |it |the (?:issue|discussion) )?to(?![a-z])"
    r"|(?<![a-z])(?:ask|post|report|discuss|raise)(?:ed)? (?:this |it |that )?(?:in|on|at|to|upstream)(?![a-z])"
    r"[^.!?]{0,40}"
    r"(?:forums?|mailing list|discord|slack|stack ?(?:overflow|exchange)|discussions|repo(?:sitory)?|upstream)"
    r"|(?:另外?|重新|再|新)(?:开|提|建|提交)一?个?(?:新的?)?\s*(?:issue|问题|工单)"
    r"|(?:已|请)?(?:移|转)(?:动|移|交)?(?:到|至)"
    r"|请?(?:到|去|在)[^。！？\n]{0,24}(?:仓库|论坛|群里?|讨论区|社区)[^。！？\n]{0,8}(?:提|问|反馈|讨论|发)"
)
_ABOUT_THE_THREAD: Final = re.compile(
    r"(?i)(?<![a-z])(?:(?:this|the|that) (?:issue|ticket|thread|report|discussion)|clos(?:e|ed|ing)|thanks?|sorry)"
    r"(?![a-z])|这个?(?:issue|问题)|(?:先|就|可以)关(?:闭|了)|关闭|谢谢|感谢|抱歉"
)
# Whether somebody saw the fault, too.
_SEEN: Final = re.compile(
    r"(?i)(?<![a-z])(?:reproduc(?:e[ds]?|ible)|replicated?|repro|confirm(?:ing|ed)? (?:this|that|the|it)"
    r"|see (?:this|it) too)(?![a-z])|复现|重现|復現|重現|(?:我|这边)也(?:遇到|碰到|有)"
)
# Advice, or a reason.
_ADVISES: Final = re.compile(
    r"(?i)(?<![a-z])(?:try|use|set|update(?!:)|upgrade|downgrade|install|run|add|remove|change|check|enable|disable"
    r"|need to|should|make sure|because|since|due to|caused? by|reason|happens when)(?![a-z])"
    r"|请|试试?|升级|更新|改成|改为|设置|安装|检查|需要|要先|用|因为|由于|导致|原因|`"
)
_SENTENCES: Final = re.compile(r"(?<=[。！？；，!?;\n])|(?<=[.]) ")
_QUOTED: Final = re.compile(r"^[ \t]*>[^\n]*(?:\n|\Z)", re.MULTILINE)
_REDIRECT_CHARS: Final = 400
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


def is_pointer(said: str) -> bool:
    """Whether a turn only says which of the things said before: "The latter one :)", "第二个", "Yes, as above"."""
    bare = _bare(said)
    return len(bare) < _SHORT and _POINTS.fullmatch(bare) is not None


def is_redirect(said: str) -> bool:
    """Whether a turn only sends its reader elsewhere: "Please open a new issue", "请另开一个 issue"."""
    bare = _bare(said)
    if len(bare) > _REDIRECT_CHARS or not _REDIRECTS.search(bare):
        return False
    sentences = [part for part in _SENTENCES.split(bare) if any(character.isalnum() for character in part)]
    return all(_REDIRECTS.search(part) or _ABOUT_THE_THREAD.search(part) or is_status(part) for part in sentences)


def is_sighting(said: str) -> bool:
    """Whether a turn only says if the fault was seen: "Couldn't reproduce it", "Confirming this bug", "无法复现"."""
    bare = _bare(said)
    return len(bare) < 2 * _SHORT and _SEEN.search(bare) is not None and _ADVISES.search(bare) is None


def has_substance(said: str) -> bool:
    """Whether somebody who was not there can learn something from a turn."""
    if is_status(said) or is_pointer(said) or is_redirect(said) or is_sighting(said):
        return False
    bare = _bare(said)
    sentences = [part for part in _SENTENCES.split(bare) if any(character.isalnum() for character in part)]
    return len(bare) > 2 * _SHORT or not all(is_status(part) or is_pointer(part) for part in sentences) or not sentences


def _bare(said: str) -> str:
    """What a turn says itself: without quotes and things that are elsewhere."""
    return _REFERENCE.sub("", _QUOTED.sub("", said)).strip()


def asks_back(said: str) -> bool:
    """Whether a turn is a short question: "Which version?" answers nothing."""
    own = _QUOTED.sub("", said).strip()
    return len(own) < 2 * _SHORT and _ASKS.search(own) is not None


def confirms(said: str) -> bool:
    """Whether a reporter says that the answer before helped, or thanks for it."""
    return len(said) < 400 and bool(_WORKS.search(said) or _THANKS.search(said)) and _DENIES.search(said) is None


def only_thanks(said: str) -> bool:
    """Whether a reporter who `confirms` does not say that it works: people are thanked for trying."""
    return _WORKS.search(said) is None


def refutes(said: str) -> bool:
    """Whether a reporter says at the beginning of his reply that the answer before did not help."""
    return len(said) < _LONG and _REFUTES.search(said, 0, _FIRST) is not None
