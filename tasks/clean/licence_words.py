"""What a paragraph of a licence header says, in English and Chinese: words that are about the use of this very file.

Not the words "licence" or 许可证 alone: a module that checks licences says them too.
"""

import re
from typing import Final

GATE: Final = r"(?i)copyright|\blicen[sc]e|spdx|all rights reserved|©|版权|著作权|许可|協議|协议|版權|許可|木兰|未经"
"""Cheap test of the first characters, before a file is looked at line by line."""

_COPYRIGHT: Final = re.compile(
    r"(?:^|\s)(?:portions )?copyright\b[^.]{0,80}?(?:\b(?:19|20)\d\d\b|\(c\)|©|\binc\b|\bcorp|\bllc\b|\bltd\b"
    r"|authors?\b|contributors|foundation|reserved|\bby\b|\bteam\b|\bproject\b|gmbh|holders?\b)"
    r"|copyright\s*[:：]|:copyright:|@copyright\b|\(c\)\s*(?:copyright\s*)?(?:19|20)\d\d|©|all rights reserved",
    re.IGNORECASE,
)
_LICENCE: Final = re.compile(
    r"spdx-license-identifier|spdx-filecopyrighttext|licen[sc]ed (?:under|to|per)\b|permission (?:is hereby|to use)"
    r"|redistribution and use|redistributions (?:of source|in binary)|neither the name of"
    r"|(?:under|to) the (?:terms|conditions) of|(?:terms|conditions) of the (?:gnu|apache|mit|bsd|mozilla|licen[sc]e)"
    r"|(?:without|no|any) warrant(?:y|ies)|warranties of|apache\.org/licenses|gnu\.org/licenses|opensource\.org/licen"
    r"|mozilla\.org/mpl|you may (?:not use this file|obtain a copy)|unless required by applicable law"
    r"|received a copy of the|free software foundation|governed by (?:a|an|the) .{0,30}licen[sc]e"
    r"|licen[sc]e that can be|see (?:the )?(?:accompanying )?(?:file )?\W?(?:licen[sc]e|copying)\b"
    r"|(?:shall|must) be included in all copies|in no event shall|^licen[sc]e\s*[:：]|[@:]licen[sc]e\b"
    r"|\bthis (?:software|source code|file) is (?:licen[sc]ed|released|distributed|subject|part of)\b.{0,80}"
    r"(?:licen[sc]e|project|library)|distributed under|released under|for (?:the )?licen[sc]e information"
    r"|dual[- ]licen[sc]ed|available under the",
    re.IGNORECASE,
)
_CHINESE: Final = re.compile(
    r"版权所有|版權所有|版权声明|版权归|版權歸|著作权(?:归|所有|人)|著作權(?:歸|所有|人)|保留所有权利|保留所有權利|保留一切权利"
    r"|未经.{0,20}(?:许可|授权|同意|允许).{0,20}(?:不得|禁止|严禁|请勿)|未經.{0,20}(?:許可|授權|同意).{0,20}(?:不得|禁止)"
    r"|(?:依据|根据|遵循|基于|采用|按照|遵守|使用|依照|依據|根據|遵循).{0,24}(?:许可证|许可协议|开源协议|授权协议|許可證|授權條款)"
    r"|(?:许可证|许可协议|开源协议|授权协议|許可證)\s*[:：为是]\s*[A-Za-z木]|木兰(?:宽松|公共)许可证",
)
_OWNED: Final = re.compile(
    r"版权所有|版權所有|版权归|版權歸|著作权|著作權|保留所有权利|保留所有權利|spdx-", re.IGNORECASE
)
_WORD: Final = re.compile(r"\w")


def speaks_of_licence(paragraph: str) -> bool:
    """Whether a paragraph of a comment says who owns the file or on which terms it may be used."""
    return any(pattern.search(paragraph) for pattern in (_COPYRIGHT, _LICENCE, _CHINESE))


def names_owner(line: str) -> bool:
    """Whether a line says who holds the copyright: a statement of its own, whatever stands around it."""
    return bool(_COPYRIGHT.search(line) or _OWNED.search(line))


def is_decoration(text: str) -> bool:
    """Whether there is no word in it: blanks, stars, dashes."""
    return _WORD.search(text.replace("_", "")) is None
