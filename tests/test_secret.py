"""The signing key: made once, read by nobody else, the same for all who start together."""

import os
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from helpdesk import secret


def test_it_is_made_on_first_use_and_kept(tmp_path):
    key = secret.secret_key(tmp_path / "var")

    assert len(key) >= 50
    assert secret.secret_key(tmp_path / "var") == key
    assert (tmp_path / "var" / "secret_key").read_text() == key


def test_two_shops_have_two_keys(tmp_path):
    assert secret.secret_key(tmp_path / "one") != secret.secret_key(tmp_path / "other")


def test_only_its_owner_reads_it(tmp_path):
    secret.secret_key(tmp_path / "var")

    folder, file = tmp_path / "var", tmp_path / "var" / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_key_an_owner_put_there_is_used(tmp_path):
    (tmp_path / "secret_key").write_text("their own\n")

    assert secret.secret_key(tmp_path) == "their own"


def test_nothing_but_the_key_is_left_behind(tmp_path):
    secret.secret_key(tmp_path)

    assert os.listdir(tmp_path) == ["secret_key"]


def test_all_who_start_together_read_the_same(tmp_path):
    start = threading.Barrier(8)

    def key(_number):
        start.wait(10)
        return secret.secret_key(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(key, range(8)))

    assert keys == {(tmp_path / "secret_key").read_text()}


def test_whoever_comes_while_it_is_written_reads_all_of_it(tmp_path, monkeypatch):
    begun, token_urlsafe = threading.Event(), secret.secrets.token_urlsafe

    def slowly(size):
        begun.set()
        time.sleep(0.2)
        return token_urlsafe(size)

    monkeypatch.setattr(secret.secrets, "token_urlsafe", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(secret.secret_key, tmp_path)
        begun.wait(10)
        second = secret.secret_key(tmp_path)

    assert (second, len(second)) == (first.result(), 67)


def test_whoever_was_killed_before_it_was_written_leaves_no_empty_key(tmp_path):
    (tmp_path / "secret_key").touch(mode=0o600)

    assert len(secret.secret_key(tmp_path)) == 67
