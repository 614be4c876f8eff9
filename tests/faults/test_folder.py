"""The folder that stands in for a broker: what is taken from it is whole."""

from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from helpdesk.celery import app

LONG = {"body": "å" * 500_000}
MESSAGES = 40


@pytest.fixture
def channel(tmp_path):
    names = ("data_folder_in", "data_folder_out", "control_folder")
    options = {name: str(tmp_path) for name in names}
    assert app.loader is not None  # which says what a folder is
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


def test_taken_while_it_is_written_a_message_is_whole(channel):
    def put():
        for _n in range(MESSAGES):
            channel._put("clock", LONG)

    taken = []
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(put)
        while len(taken) < MESSAGES and not (writing.done() and writing.exception()):
            try:
                taken.append(channel._get("clock"))
            except Empty:
                continue

    assert taken == [LONG] * MESSAGES


def test_first_come_first_taken_and_each_line_by_itself(channel):
    for n in range(12):
        channel._put(("celery", "clock")[n % 2], {"n": n})

    assert [channel._get("clock")["n"] for _n in range(6)] == [1, 3, 5, 7, 9, 11]
    assert channel._size("celery") == 6
    with pytest.raises(Empty):
        channel._get("clock")


def test_a_folder_that_is_gone_is_said(channel, tmp_path):
    tmp_path.rmdir()

    with pytest.raises(ChannelError, match="folder of messages"):
        channel._put("clock", {})
