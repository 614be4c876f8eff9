"""The servers that the tests run on: they answer, and they leave nothing behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from tests import servers

pytestmark = pytest.mark.skipif(
    bool(servers.installed().missing()), reason="no PostgreSQL or Valkey built for this machine"
)

ASK_BOTH = """
import json, os, environ, psycopg2, redis
place = environ.Env.db_url_config(os.environ["DATABASE_URL"])
database = psycopg2.connect(
    host=place["HOST"], port=place["PORT"], user=place["USER"], dbname=place["NAME"]
)
cursor = database.cursor()
cursor.execute("CREATE EXTENSION pg_trgm")
cursor.execute("SELECT 'Åsa på sjön' % 'asa pa sjon', similarity('Åäö', 'åäö')")
broker = redis.Redis.from_url(os.environ["REDIS_URL"])
print(json.dumps([cursor.fetchone(), broker.ping()]))
raise SystemExit(7)
"""

TELL_AND_WAIT = """
import json, os, time, environ
place = environ.Env.db_url_config(os.environ["DATABASE_URL"])
print(json.dumps([place["HOST"], os.environ["REDIS_URL"]]), flush=True)
time.sleep(60)
"""


def start(code, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.servers", sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], **environment},
    )


def answers(url):
    try:
        return redis.Redis.from_url(url).ping()
    except redis.ConnectionError:
        return False


def test_a_command_finds_both_servers_and_its_status_comes_back():
    with start(ASK_BOTH, PGPORT="1", PGUSER="nobody in particular") as runner:
        output, errors = runner.communicate(timeout=60)

    assert json.loads(output) == [[False, 1.0], True], errors
    assert runner.returncode == 7


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGTERM, 128 + signal.SIGTERM),
        pytest.param(
            signal.SIGKILL,
            -signal.SIGKILL,
            marks=pytest.mark.skipif(
                sys.platform != "linux", reason="only Linux tells a command that its parent died"
            ),
        ),
    ],
)
def test_nothing_is_left_when_the_runner_is_stopped(number, status):
    with start(TELL_AND_WAIT) as runner:
        folder, redis_url = json.loads(runner.stdout.readline())
        assert answers(redis_url)
        runner.send_signal(number)
        # Their ends of the pipes close when the last of them is gone, the command included.
        runner.communicate(timeout=20)

    assert runner.returncode == status
    assert not answers(redis_url)
    assert not Path(folder).exists()
