"""Pictures of a walk through the demo: true screenshots, and the same with a caption as frames of a film.

``TELESEC_TEST_PICTURES`` names the folder; without it an album keeps nothing and costs nothing.
``tools/pictures`` makes the pictures small and puts the frames together.
"""

import base64
import html
from pathlib import Path

from playwright.sync_api import Browser, Page

FOLDER = "TELESEC_TEST_PICTURES"
WIDTH, HEIGHT, CAPTION = 1366, 768, 72
FRAME = """<!doctype html><style>
body {{ margin: 0; background: #1d2530; text-align: center }}
p {{ margin: 0; color: #fff; font: 600 26px/{caption}px sans-serif }}
img {{ display: block; height: {height}px; margin: auto }}
</style><img src="data:image/png;base64,{picture}"><p>{words}</p>"""


class Album:
    """Where the stories' pictures go; frames are numbered in the order they were taken.

    Args:
        browser: Draws the captions.
        folder: The folder's name; empty to keep nothing.
    """

    def __init__(self, browser: Browser, folder: str) -> None:
        self._folder = Path(folder) if folder else None
        self._browser = browser

    def frame(self, page: Page, words: str, name: str = "") -> None:
        """Keep a frame with a caption; with a ``name`` the bare picture too."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        seen = page.screenshot()
        if name:
            (self._folder / f"{name}.png").write_bytes(seen)
        frames = self._folder / "frames"
        frames.mkdir(exist_ok=True)
        number = len(list(frames.glob("*.png"))) + 1
        self._draw(seen, words, frames / f"{number:03}.png")

    def _draw(self, seen: bytes, words: str, path: Path) -> None:
        sheet = self._browser.new_page(viewport={"width": WIDTH, "height": HEIGHT + CAPTION})
        picture = base64.b64encode(seen).decode()
        sheet.set_content(
            FRAME.format(picture=picture, words=html.escape(words), height=HEIGHT, caption=CAPTION)
        )
        sheet.screenshot(path=path)
        sheet.close()
