"""Pictures of a walk through the demo: true screenshots, and the same with a caption as frames of a film.

``TELESEC_TEST_PICTURES`` names the folder; without it an album keeps nothing and costs nothing.
``tools/pictures`` makes the pictures small and puts the frames together.
"""

import base64
import html
import os
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
    """Where one story's pictures go.

    Args:
        browser: Draws the captions.
        story: Comes first in the frames' names; frames run in the order of names.
        folder: Overrides the environment's.
    """

    def __init__(self, browser: Browser, story: str, folder: str = "") -> None:
        named = folder or os.environ.get(FOLDER, "")
        self._folder = Path(named) if named else None
        self._browser, self._story = browser, story
        self._number = 0

    @property
    def wanted(self) -> bool:
        """Whether anybody asked for pictures."""
        return self._folder is not None

    def picture(self, page: Page, name: str, words: str) -> None:
        """Keep a picture under a name, and as a frame with a caption."""
        self.frame(page, words, name)

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
        self._number += 1
        self._draw(seen, words, frames / f"{self._story}-{self._number:02}.png")

    def _draw(self, seen: bytes, words: str, path: Path) -> None:
        sheet = self._browser.new_page(viewport={"width": WIDTH, "height": HEIGHT + CAPTION})
        picture = base64.b64encode(seen).decode()
        sheet.set_content(
            FRAME.format(picture=picture, words=html.escape(words), height=HEIGHT, caption=CAPTION)
        )
        sheet.screenshot(path=path)
        sheet.close()
