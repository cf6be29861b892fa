"""Makes docs/pictures/demo.png: the demo in a browser, after GitLab has spoken. Run it after a change of the pages.

.venv/bin/python scripts/screenshot.py
"""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "pictures" / "demo.png"
SIZE: Final = ViewportSize(width=1280, height=860)
GRACE: Final = 1
START_S: Final = 20
KEYPOST: Final = (sys.executable, "-m", "keypost")
POSTED: Final = {
    "text": "*Release 0.9* is on staging, with `fifty-digits`. Last chance for a _look_: [notes](https://example.com/notes)",
    "bot": {"name": "Release Train"},
    "buttons": [
        {"label": "Open staging", "action": {"type": "open.url", "data": {"web": "https://staging.example.com"}}},
        {
            "label": "Roll back",
            "type": "-",
            "action": {"type": "open.url", "data": {"web": "https://example.com/back"}},
        },
    ],
}


def main() -> None:
    with running_demo() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        context = browser.new_context(viewport=SIZE, color_scheme="light", locale="en-GB", timezone_id="UTC")
        take(context.new_page(), data)
        browser.close()
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)} is new.\n")


def take(page: Page, data: Path) -> None:
    demo = json.loads((data / "demo.json").read_bytes())
    sign_in(page, demo)
    # The last of these fill the picture.
    for event in ("push", "merge_request"):
        send_sample(event, data)
    connect_gitlab(page)
    send_sample("pipeline", data)
    released = post(demo, POSTED)
    post(demo, {"text": "Looks good on staging.", "thread_message_id": released, "thread_title": "Release 0.9"})
    react(page)
    expect(page.locator("article").last).to_contain_text("1 reply")
    expect(page.locator("#banners > *")).to_have_count(0)
    # Nothing looks touched.
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURE, animations="disabled", caret="hide")


def sign_in(page: Page, demo: dict[str, Any]) -> None:
    page.goto(demo["persons"][GRACE]["sign_in_url"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="builds").click()
    expect(page.locator("#chat")).to_have_attribute("data-live", "on")


def connect_gitlab(page: Page) -> None:
    page.locator("#text").fill("/gitlab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Allow and continue").click()
    page.get_by_role("button", name="Create Webhook").click()
    page.get_by_role("button", name="Create token").click()
    page.get_by_role("button", name="Done").click()


def send_sample(event: str, data: Path) -> None:
    subprocess.run([*KEYPOST, "sample", "gitlab", event, "--data", str(data)], check=True, stdout=subprocess.DEVNULL)


def react(page: Page) -> None:
    """Needs a font with emoji, or the picture shows a box."""
    message = page.locator("article").last
    message.hover()
    message.get_by_role("button", name="Add a reaction").click()
    page.get_by_role("group", name="Add a reaction").get_by_role("button", name="Party").click()
    expect(message.locator(".reaction")).to_have_count(1)


def post(demo: dict[str, Any], message: dict[str, Any]) -> str:
    """As the line with curl that the demo prints; answers the message's id."""
    request = urllib.request.Request(
        f"{demo['base_url']}/api/v2/channelsbyname/builds/message",
        json.dumps(message | {"sync_message": True}).encode(),
        {"X-Keypost-Token": demo["token"]},
    )
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["message_id"])


@contextmanager
def running_demo() -> Iterator[Path]:
    """Answers the folder of a demo of our own, on a free port, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "demo"
        demo = subprocess.Popen([*KEYPOST, "demo", "--port", "0", "--data", str(data)], stdout=subprocess.DEVNULL)
        try:
            wait_for(data / "demo.json")
            yield data
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait()


def wait_for(file: Path) -> None:
    end = time.monotonic() + START_S
    while not file.exists():
        if time.monotonic() > end:
            sys.exit("The demo did not start.")
        time.sleep(0.05)


def chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        sys.exit("Chromium is missing: `make test` installs it, or apt-get install chromium.")
    return found


if __name__ == "__main__":
    main()
