"""Whether a text explains something step by step (IN-07); pure."""

import re
from typing import Final

_NUMERAL: Final = "一二三四五六七八九十"
# 1. 2、 (3) ④ 五、 第六步 步骤七, a dash or a dot; or words that put acts in order.
_MARK: Final = re.compile(
    rf"(?:^|(?<=[\s。；;：:！!]))"
    rf"(?:[(（]?\d{{1,2}}(?:[)）、．:：]|\.(?!\d))|[{_NUMERAL}]{{1,3}}、|[-•·]\s)"
    rf"|[①-⑳]|第[{_NUMERAL}\d]{{1,2}}步|步骤[{_NUMERAL}\d]{{1,2}}"
    r"|(?:首先|其次|然后|接着|接下来|最后)",
    re.MULTILINE,
)
_LETTERS: Final = re.compile(r"\w", re.UNICODE)
# So much has to be said in a step: 开机 is one, 好 is none.
LETTERS: Final = 2
ENOUGH: Final = 2


def steps_of(text: str) -> list[str]:
    """What each step of a text says, without its mark; the same is said once."""
    parts = _MARK.split(text)[1:]
    said = (" ".join(part.split()) for part in parts)
    told = [part for part in said if len(_LETTERS.findall(part)) >= LETTERS]
    return list(dict.fromkeys(told))


def in_steps(text: str) -> bool:
    """Whether it explains in two steps or more."""
    return len(steps_of(text)) >= ENOUGH
