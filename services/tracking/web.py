"""The citizen's page: server-rendered, no script, no form, no third party. What it says is in pages/page.py."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from services.foundation.errors import Invalid, NotFound, Problem

from .grpc_api import office_name
from .pages import page
from .queries import Queries


class Pages:
    """Routes of the public site."""

    def __init__(self, queries: Queries, registry: Any) -> None:
        self._queries, self._registry = queries, registry

    def routes(self) -> tuple[Route, ...]:
        """Paths in both cases: the QR's is in capitals to stay small."""
        return (Route("/", self.start), Route("/t/{code}", self.track, name="Track"),
                Route("/T/{code}", self.track, name="Track"), Route("/robots.txt", self.robots))

    async def start(self, request: Request) -> HTMLResponse:
        return _answer(page.notice("welcome", _language(request), "/"), 200)

    async def robots(self, _: Request) -> PlainTextResponse:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")

    async def track(self, request: Request) -> HTMLResponse:
        language, path = _language(request), request.url.path
        try:
            journey = await self._queries.track(request.path_params["code"])
        except Invalid:
            return _answer(page.notice("mistyped", language, path), 400)
        except NotFound:
            return _answer(page.notice("unknown", language, path), 404)
        except Problem:
            return _answer(page.notice("away", language, path), 503)
        return _answer(page.journey(journey, language, lambda code: office_name(self._registry, code)), 200)


def _language(request: Request) -> str:
    asked = request.query_params.get("lang") or request.headers.get("accept-language", "")[:2].lower()
    return "en" if asked == "en" else "vi"


def _answer(html: str, status: int) -> HTMLResponse:
    return HTMLResponse(html, status, headers={"Content-Security-Policy": page.POLICY, "Vary": "Accept-Language"})
