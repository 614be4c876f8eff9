"""Pictures of every page of a sample shop: `make screenshots`, into .cache/screenshots.

At three widths, light and dark; those of a page stand beside each other on sheets to look through.
"""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / ".cache" / "screenshots"
SHOP = ROOT / ".cache" / "screenshots-shop"
SCREENS = [(width, scheme) for width in (1440, 1024, 390) for scheme in ("light", "dark")]
TALLEST = 3000  # pixels of a page on a sheet


def main():
    only = sys.argv[1:]
    # The shop's database is ours to ask, too: what a page is about is looked up there.
    os.environ |= {"HELPDESK_VAR": str(SHOP), "DATABASE_URL": "", "REDIS_URL": ""}
    os.environ["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"
    from tests import servers  # noqa: PLC0415 - both after the settings have their place

    shutil.rmtree(SHOP, ignore_errors=True)
    SHOP.mkdir(parents=True)
    port = servers.free_port()
    command = [sys.executable, "manage.py", "run"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PORT": str(port)})
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process)
        _take(f"http://127.0.0.1:{port}", only)
    finally:
        process.terminate()
        process.wait(30)
    print(f"Pictures are in {OUT.relative_to(ROOT)}")  # noqa: T201


def _wait(address, process):
    for _second in range(600):
        if process.poll() is not None:
            sys.exit("The helpdesk did not start; see above.")
        try:
            urllib.request.urlopen(address, timeout=5)
        except OSError:
            time.sleep(1)
        else:
            return
    sys.exit("The helpdesk did not answer for ten minutes.")


def _take(url, only):
    import django  # noqa: PLC0415

    django.setup()
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from tests.browser.conftest import CHROMIUM, FLAGS, MISSING  # noqa: PLC0415
    from tests.browser.pages import addresses, sessions  # noqa: PLC0415

    if CHROMIUM is None:
        sys.exit(MISSING)
    found, keys = addresses(), sessions()
    wanted = {name: found[name] for name in found if not only or name in only}
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, scheme in SCREENS:
            print(f"{width} {scheme} …", flush=True)  # noqa: T201
            for name, (address, role) in wanted.items():
                page = browser.new_page(
                    viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=url
                )
                if role:
                    page.context.add_cookies([{"name": "session", "value": keys[role], "url": url}])
                page.goto(address)
                page.wait_for_timeout(250)
                page.screenshot(path=OUT / f"{_file(name)}-{width}-{scheme}.png", full_page=True)
                page.context.close()
        browser.close()
    for name in wanted:
        _sheet(_file(name))


def _file(name):
    return name.replace(",", "").replace(" ", "-")


def _sheet(name):
    from PIL import Image  # noqa: PLC0415

    pictures = []
    for width, scheme in SCREENS:
        with Image.open(OUT / f"{name}-{width}-{scheme}.png") as picture:
            whole = picture.convert("RGB")
            pictures.append(whole.crop((0, 0, whole.width, min(whole.height, TALLEST))))
    size = sum(each.width for each in pictures), max(each.height for each in pictures)
    sheet, left = Image.new("RGB", size, "grey"), 0
    for each in pictures:
        sheet.paste(each, (left, 0))
        left += each.width
    sheet.save(OUT / f"sheet-{name}.png")


if __name__ == "__main__":
    main()
