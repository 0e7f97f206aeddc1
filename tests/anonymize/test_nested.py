"""Secrets below the name that promises them, and in other spellings of themselves."""

import base64

import pytest

from tasks.anonymize.anonymize import anonymize_documents
from tasks.anonymize.forms import forms_of_secret
from tasks.anonymize.seal import seal_documents


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("password:\n  value: hunter2x9y\n", "hunter2x9y"),
        ("  credentials:\n    user: somebody\n    other: 9876543210c\n", "9876543210c"),
        ("[part]\nsecrets =\n    first7word\n    second8word\n    third9word\n", "third9word"),
        ('"secret": {\n  "user": "x",\n  "plain": "Qw3rty99x"\n}', "Qw3rty99x"),
        ("deploy:\n  password:\n    secure: abcdefghijklmnopq\n", "abcdefghijklmnopq"),
        ("数据库密码：\n    Qw3rty99x  # 勿外传\n", "Qw3rty99x"),
        ("密钥:\n  用户: 某人甲\n", None),
        ("密码:\n  user: x\n  明文: Qw3rty99x\n", "Qw3rty99x"),
    ],
)
def test_a_secret_is_found_on_the_lines_below_its_name(found, text, value):
    values = found(text)
    assert values == [] if value is None else (value, "SECRET") in values


@pytest.mark.parametrize(
    "text",
    [
        "secretKeyRef:\n  name: redis7cache\n  key: password12\n",
        "password:\n  min_length: 12345678\n  hash: argon2id19\n",
        "secrets:\n  - app-config-v2\n  - path/to/file2\n",
        "credentials:\n  expires: 3600000s\n  url: https://example.com/v2token\n",
        "password:\n\nstep2build runs\n",
        "password:\nstep2build\n",
        "密码：\n  长度: 12345678a\n  请输入密码\n",
        "The secret:\n  it takes 10minutes to build x\n",
        "token_ttl = 3600000000us\nsecret_size: 1234567890b\n",
    ],
)
def test_what_describes_a_secret_stays(found, text):
    assert found(text) == []


def test_numbers_are_secrets_when_a_letter_makes_them_no_measure(found):
    assert found("password = 9876543210c") == [("9876543210c", "SECRET")]


def test_a_secret_is_known_in_base64_and_out_of_it(documents, settings):
    encoded = base64.b64encode(b"correct7horse9battery").decode()
    parts = anonymize_documents(documents(f"secret: !!binary {encoded}\n# correct7horse9battery 明文\n"), settings())
    assert "horse" not in parts.kept["text"].to_pylist()[0]
    other = base64.b64encode(b"hunter2x9").decode()
    parts = anonymize_documents(documents("password = 'hunter2x9'"), settings())
    first = anonymize_documents(documents(f"data: {other}", f"数据{other}，"), settings()).kept
    kept = seal_documents(first, settings(), known=parts.sides["known_values"]).kept["text"].to_pylist()
    assert not any(other.rstrip("=") in text for text in kept)


@pytest.mark.parametrize("value", ["short7", "9e107d9d372bb6826bd81d3542a419d6", "a\nb" * 9])
def test_what_is_no_base64_is_not_taken_out_of_it(value):
    assert all(len(form) > len(value) for form in forms_of_secret(value))
