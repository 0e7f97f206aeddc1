# Copyright 2024 The gateway-server authors
# SPDX-License-Identifier: MIT
"""消息存储：只追加写入的文件，按天滚动。"""

import os
from pathlib import Path


class MessageStore:
    """把消息逐行写入当天的文件，磁盘写满时拒绝新消息而不是丢弃旧消息。"""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def append(self, day: str, message: bytes) -> int:
        """写入一条消息，返回它在文件中的偏移量。"""
        if b"\n" in message:
            raise ValueError("a message is one line")
        path = self.folder / f"{day}.log"
        with path.open("ab") as file:
            offset = file.tell()
            file.write(message + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return offset
