"""Built pages of staff: routes that serve what `make pages` has put into a folder, and nothing beside it.

``index.html`` and everything outside ``assets/`` is asked for anew each time; what lies in ``assets/`` carries its hash in its
name and is kept for ever. A file with a ``.gz`` beside it is sent compressed to who takes that.
"""

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

_MEDIA = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
          ".webmanifest": "application/manifest+json", ".json": "application/json", ".wasm": "application/wasm",
          ".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png", ".txt": "text/plain; charset=utf-8"}
_NOT_BUILT = ("Trang này chưa được dựng. / This page has not been built.\n"
              "Cần Node.js 18 trở lên và npm, rồi chạy: make pages / Install Node.js 18 or newer and npm, then run: make pages\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page and what its browser may do. ``camera`` also lets WebAssembly run, which reads codes where the browser cannot."""

    name: str
    camera: bool = False

    def headers(self) -> dict[str, str]:
        """Its security headers, where they differ from those of all answers."""
        script = "script-src 'self' 'wasm-unsafe-eval'" if self.camera else "script-src 'self'"
        own = "; ".join(f"{each}-src 'self'" for each in ("connect", "font", "manifest", "style", "worker"))
        allowed = {"Permissions-Policy": "camera=(self), geolocation=(self), microphone=()"} if self.camera else {}
        return allowed | {"Content-Security-Policy": (
            f"default-src 'none'; {script}; {own}; img-src 'self' blob: data:; media-src 'self' blob:; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types pages")}


def routes(folder: Path, page: Page) -> tuple[Route, ...]:
    """Routes under ``/<name>/`` for the page built into ``folder/<name>``."""
    built = (folder / page.name).resolve()

    async def entry(_: Request) -> Response:
        return RedirectResponse(f"/{page.name}/", 308)

    async def file(request: Request) -> Response:
        return _file(built, request.path_params["path"] or "index.html", request.headers.get("accept-encoding", ""),
                     page.headers())

    return Route(f"/{page.name}", entry, name=page.name), Route(f"/{page.name}/{{path:path}}", file, name=page.name)


def _file(built: Path, name: str, encodings: str, headers: dict[str, str]) -> Response:
    if not (built / "index.html").is_file():
        return PlainTextResponse(_NOT_BUILT, 503, headers)
    media = _MEDIA.get(Path(name).suffix)
    try:
        path = (built / name).resolve()
        served = media is not None and path.is_relative_to(built) and path.is_file()
    except (OSError, ValueError):  # a name no file system takes
        served = False
    if not served:
        return PlainTextResponse("Not Found", 404, headers)
    kept = path.relative_to(built).parts[0] == "assets"
    headers = {**headers, "Cache-Control": "public, max-age=31536000, immutable" if kept else "no-cache",
               "Vary": "Accept-Encoding"}
    small = path.with_name(f"{path.name}.gz")
    if "gzip" in encodings and small.is_file():
        return FileResponse(small, headers={**headers, "Content-Encoding": "gzip"}, media_type=media)
    return FileResponse(path, headers=headers, media_type=media)
