"""The key of the pseudonyms: from the environment, else one made once and kept beside the store, outside of releases.

Who has the key can tell whether a value that he guesses was replaced; who has another one cannot.
"""

import os
import secrets
from hashlib import sha256
from typing import Final

from pydantic import SecretStr

from tasks.anonymize.settings import AnonymizeSettings
from tasks.engine.store import Store

VARIABLE: Final = "WINNOW_KEY"
_PATH: Final = "keys/pseudonyms"


def with_key(settings: AnonymizeSettings, store: Store) -> AnonymizeSettings:
    """`settings` with the key of this environment or store; of two runs that begin at once both get the same one."""
    key = os.environ.get(VARIABLE) or _stored(store)
    fingerprint = sha256(f"winnow:{key}".encode()).hexdigest()[:16]
    return settings.model_copy(update={"key": SecretStr(key), "key_fingerprint": fingerprint})


def _stored(store: Store) -> str:
    store.create_bytes(_PATH, secrets.token_hex(32).encode())
    found = store.get_bytes(_PATH)
    assert found is not None, "was created just now"
    return found.decode()
