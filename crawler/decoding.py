"""A response as it came in, its decoded body out; or, where that cannot be, as much as a spider can be given.

A downloader middleware in the place of Scrapy's, which lets a body that is not what it says end the request.
"""

from __future__ import annotations

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.custody import Visit


class Decoding(HttpCompressionMiddleware):
    """Undoes Content-Encoding. The archive has the bytes as they came already, whatever happens here."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        visit: Visit | None = request.meta.get("visit")
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:  # it decodes to more than DOWNLOAD_MAXSIZE
            reason, detail = "too_large", str(error)
            body = b""
        except Exception as error:  # plain text that says it is gzip is common, and can be read as it is
            coding = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
            reason, detail = "protocol", f"Content-Encoding: {coding}, but: {type(error).__name__}: {error}"
            body = response.body
        if visit is not None:
            visit.reason, visit.detail = reason, detail[:300]
        plain = response.replace(body=body)
        del plain.headers["Content-Encoding"]
        return plain
