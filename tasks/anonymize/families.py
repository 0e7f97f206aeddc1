"""Which recognizers are shown which windows."""

from collections.abc import Mapping
from enum import IntFlag
from typing import Final


class Family(IntFlag):
    """Recognizers that are shown the same windows."""

    NUMBER = 1  # shape: seven digits or more, or four groups with dots between
    HEX = 2  # shape: groups of hexadecimal digits between colons (IPv6, MAC)
    AT = 4  # shape: an @ with something on both sides
    MENTION = 8  # shape: an @ at the start of a word
    SECRET = 16  # literals: names of secrets, beginnings of tokens
    CUE = 32  # literals: values that only a cue tells from ordinary words
    NAME = 64  # literals: titles, cues of names, ends of letters
    PLACE = 128  # literals: what follows the number of a house in Chinese
    BLOCK = 256  # literal: the first line of a private key
    URL = 512  # literal: what separates a scheme from a host
    STREET = 1024  # shape: a number, a blank and a capital; literals before the number of a house
    DIAL = 2048  # literals: what is said before a telephone number
    FIRM = 4096  # literals: ends of the names of firms
    RANDOM = 8192  # shape: a random word
    NEST = 16384  # literals: names of secrets whose value may stand on lines of its own below
    ADDRESS = 32768  # literals: numbers of flats, military post; an address stands on lines above and below
    HOUSE = 65536  # literals: what is said before the number of a house
    WALLET = 131072  # literals: what is said before a wallet, and how one begins
    # Literals that count only before something: the gate looks, and puts those in their place that they stand for.
    BEFORE_NAME = 1 << 20  # before a capital
    BEFORE_VALUE = 1 << 21  # before a sign that gives a value
    BEFORE_HOUSE = 1 << 22  # before a digit
    BEFORE_HOST = 1 << 23  # before an @ in the same word


STANDS_FOR: Final[Mapping[Family, Family]] = {
    Family.BEFORE_NAME: Family.NAME,
    Family.BEFORE_VALUE: Family.SECRET | Family.NEST,
    Family.BEFORE_HOUSE: Family.STREET | Family.HOUSE,
    Family.BEFORE_HOST: Family.URL,
}
