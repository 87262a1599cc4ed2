"""The little of the shared board that depends on who looks at it.

What is marked `data-of="<key>"` is for everybody but that person: one does not take
over what one has.
"""

import json


def personal(text: str, user_id: int) -> str:
    """HTML, also inside JSON, as this person sees it."""
    mark = f'data-of="{user_id}"'
    for each in (mark, json.dumps(mark)[1:-1]):
        text = text.replace(each, f"{each} hidden")
    return text
