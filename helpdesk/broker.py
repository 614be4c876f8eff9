"""The embedded broker: kombu's folder of messages, in which no message is ever half there."""

import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem


class Channel(filesystem.Channel):
    """kombu writes a message where workers read already; half a message ends a worker."""

    # kombu's two classes differ in what they call the message.
    def _put(  # type: ignore[override]
        self, queue: str, message: dict[str, Any], **kwargs: Any
    ) -> None:
        """Write beside, under a name that no queue has, and rename. Raises ChannelError."""
        file = Path(self.data_folder_out) / f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        beside = file.with_suffix(".part")
        try:
            beside.write_text(json.dumps(message), encoding="utf-8")
            os.replace(beside, file)
        except OSError as error:
            raise ChannelError(f"cannot add {file} to the folder of messages") from error


class Transport(filesystem.Transport):
    Channel = Channel
