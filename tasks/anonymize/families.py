"""Which recognizers are shown which windows."""

from enum import IntFlag


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
    STREET = 1024  # shape: a number, a blank and a capital
    DIAL = 2048  # literals: what is said before a telephone number
    FIRM = 4096  # literals: ends of the names of firms
    RANDOM = 8192  # shape: a random word
    NEST = 16384  # literals: names of secrets whose value may stand on lines of its own below
    ADDRESS = 32768  # literals: numbers of flats, military post; an address stands on lines above and below
