"""The straight line, walked: a phone call in, a "$0 paid" invoice on the owner's report.

    .venv/bin/python docs/walkthrough.py [FOLDER]

Opens a shop of its own in FOLDER (a temporary one unless given), serves it on this machine, sends
what a phone system sends, logs the call in a real Chromium, ends it free, sweeps, and opens the
invoice and the report. Pictures and the PDF stay in FOLDER. Needs `make test` to have run once (it
brings Playwright) and a Chromium.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
CALLER, SHOP = "16175550142", "16175550100"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main(folder: Path) -> None:
    if CHROMIUM is None:
        sys.exit("No Chromium was found. On Debian and Ubuntu: sudo apt install chromium")
    folder.mkdir(parents=True, exist_ok=True)
    manage = manager(folder)

    step("Open a shop. Here an ending is invoiced at once, not after an hour.")
    manage("migrate", "--verbosity", "0")
    opened = manage(
        *("open_shop", "Mill Street Repair", "--owner", "eva", "--phone", f"+{SHOP}"),
        *("--bill-after", "0"),
    )
    password = opened.split()[-1]
    token = manage("create_token", "pbx", "--scope", "phone").strip()

    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env=environment(folder) | {"PORT": str(port)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        walk(f"http://127.0.0.1:{port}", token, password, folder, manage)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def walk(base: str, token: str, password: str, folder: Path, manage: Callable[..., str]) -> None:
    wait_for(base)

    def call(event: str, call_id: str = "call-1", **more: str) -> None:
        body = {"event": event, "callId": call_id, "direction": "in", "from": CALLER, "to": SHOP}
        post(f"{base}/api/v1/cti/{token}/", body | more)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})

        step("The telephone rings, and is answered.")
        call("newCall", user="Eva")
        call("answer", answeringNumber="eva")

        step("Log in; the call is on the first page.")
        page.goto(base)
        page.get_by_label("User name or email address").fill("eva")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        picture(page, folder, "1-today")

        step("Log it: who, what they said, answered, free.")
        page.get_by_role("link", name="Log this call").click()
        page.get_by_label("Their name optional").fill("Ingrid Dahl")
        page.get_by_label("What they said").fill("The printer shows offline. Set it as default.")
        page.get_by_label("Minutes optional").fill("4")
        page.get_by_role("radio", name=re.compile("^Answered")).check()
        page.get_by_role("radio", name=re.compile("^Free")).check()
        picture(page, folder, "2-log-a-call")
        page.get_by_role("button", name="Save", exact=True).last.click()
        call("hangup", cause="normalClearing")
        page.reload()
        picture(page, folder, "3-ticket")
        expect(page, "Closed")

        step("Sweep: what was free is invoiced at its price, and given.")
        print("   ", manage("sweep").strip())

        step("The invoice: nothing due, paid.")
        page.reload()
        page.get_by_role("link", name=re.compile(r"^\d{4}-0001$")).first.click()
        expect(page, "$45.00")
        expect(page, "$0.00")
        expect(page, "PAID")
        picture(page, folder, "4-invoice")
        document = page.request.get(f"{page.url}document.pdf").body()
        (folder / "invoice.pdf").write_bytes(document)
        assert document.startswith(b"%PDF")

        step("The report: what the shop gave.")
        page.goto(f"{base}/reports/gifts/")
        expect(page, "$45.00")
        picture(page, folder, "5-report")

        step("Another call, missed: it is promised a callback.")
        call("newCall", "call-2")
        call("hangup", "call-2", cause="cancel")
        page.goto(base)
        expect(page, "Call back")
        picture(page, folder, "6-promised")
        browser.close()
    print(f"\nPictures and the invoice are in {folder}")


def manager(folder: Path) -> Callable[..., str]:
    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(folder),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    return manage


def environment(folder: Path) -> dict[str, str]:
    own = {"HELPDESK_VAR": str(folder / "var"), "DATABASE_URL": "", "REDIS_URL": "", "DEBUG": "0"}
    return os.environ | own


def post(url: str, body: dict[str, Any]) -> None:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request) as answer:
        print(f"    {body['event']:<8} → {answer.status} {answer.read().decode()}")


def expect(page: Page, text: str) -> None:
    page.get_by_text(text).first.wait_for(timeout=10_000)


def picture(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def wait_for(url: str) -> None:
    for _ in range(240):
        try:
            with urlopen(f"{url}/accounts/login/"):
                return
        except OSError:
            time.sleep(0.25)
    sys.exit(f"{url} did not answer within a minute.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def step(text: str) -> None:
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="helpdesk-")).resolve())
