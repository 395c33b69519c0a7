"""What makes the phone's pages an application: manifest, worker, and the page shown without a network.

The worker keeps that one page and its stylesheet; it refuses to keep anything else, for everything else is
about somebody.
"""

from flask import Blueprint, Response, jsonify, make_response, render_template

from telesec.web.access import public
from telesec.web.assets import asset_url

MANIFEST = "application/manifest+json"


def install(pages: Blueprint) -> None:
    """Register what a phone asks for when the page is put on its home screen."""

    @pages.get("/phone/telesec.webmanifest")
    @public("what a phone needs to install the page; it names nobody")
    def manifest() -> Response:
        answer = jsonify(
            id="/phone",
            name="telesec",
            short_name="telesec",
            start_url="/phone",
            scope="/",
            display="standalone",
            background_color="#fffefc",
            theme_color="#1f4fa3",
            icons=[
                {"src": asset_url("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
                {"src": asset_url("icon-192.png"), "sizes": "192x192", "type": "image/png"},
                {"src": asset_url("icon-512.png"), "sizes": "512x512", "type": "image/png"},
            ],
        )
        answer.mimetype = MANIFEST
        return answer

    @pages.get("/phone/worker.js")
    @public("a script that holds no data")
    def worker() -> Response:
        answer = make_response(render_template("desk/phone/worker.js"))
        answer.mimetype = "text/javascript"
        answer.headers["Service-Worker-Allowed"] = "/phone"
        return answer

    @pages.get("/phone/offline")
    @public("what a phone shows without a network; it names nobody")
    def offline() -> str:
        return render_template("desk/phone/offline.html")
