"""Whatever knows the secret and sends anything: never a 5xx, and nothing taken in twice."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Stand = Any

odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
person = {"id": 77, "is_bot": False, "first_name": "王"}
chat = {"id": 77, "type": "private"}
message = {"message_id": 1, "from": person, "chat": chat, "date": 1772000000}
body = st.dictionaries(
    st.sampled_from(["text", "caption", "photo", "voice", "contact", "location", "sticker", "from", "chat"]),
    odd | st.just(chat) | st.just(person),
    max_size=4,
).map(lambda fields: {**message, **fields})
query = st.fixed_dictionaries(
    {"id": st.just("q"), "from": st.just(person), "chat_instance": st.just("1")},
    optional={"data": st.text(max_size=70) | odd, "message": body},
)
update = st.fixed_dictionaries(
    {"update_id": st.integers(0, 50) | odd},
    optional={"message": body | odd, "edited_message": body, "callback_query": query, "poll": odd},
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        update.map(lambda one: json.dumps(one).encode()),
        odd.map(lambda one: json.dumps(one).encode()),
        st.binary(max_size=50),
    )
)
async def test_nothing_sent_breaks_the_door(stand: Stand, content: bytes) -> None:
    answer = await stand.knock(content)
    assert answer.status_code == 200
    ids = [inbound.id for inbound in stand.service.received]
    assert len(ids) == len(set(ids))
