"""What stands for a value is told by its quick marks exactly where its full expression tells it."""

from hypothesis import example, given
from hypothesis import strategies as st

from tasks.anonymize.spans import PiiSpan
from tasks.anonymize.surrogates import SURROGATE, outside_surrogates

PIECES = (
    *(
        "user_1a2b3c4d",
        "user_1a2b3c4",
        "email_00ff00ff",
        "_1a2b3c4d",
        "张某甲乙丙丁戊",
        "张某甲乙",
        "某甲乙丙丁戊",
        "[PERSON]",
        "[EMAIL]",
    ),
    *("[NOTE]", "[", "]", "_", "某", "用户", "user", " ", "\n", "x", "9"),
)


@example("user_1a2b3c4email_00ff00ff")
@example("张某甲乙丙丁戊user_1a2b3c4email_00ff00ff水泵")
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_span_is_free_where_it_touches_no_surrogate(text: str):
    taken = [found.span() for found in SURROGATE.finditer(text)]
    spans = [PiiSpan(place, place + 1, "PERSON", 0.5, "x") for place in range(len(text))]
    free = [span for span in spans if not any(start < span.end and span.start < end for start, end in taken)]
    assert outside_surrogates(text, spans) == free
