"""MiniStack, with CORS headers on error responses, as AWS STS sends them.

MiniStack omits them if a signature is wrong or credentials have expired. A browser then reports only a network error.
"""

from ministack import app as ministack

CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-amzn-requestid, date"),
]

ministack_app = ministack.app


async def app(scope, receive, send):
    async def with_cors(message):
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            present = {name.lower() for name, _ in headers}
            message = {**message, "headers": headers + [pair for pair in CORS if pair[0] not in present]}
        await send(message)

    await ministack_app(scope, receive, with_cors if scope["type"] == "http" else send)


if __name__ == "__main__":
    ministack.app = app
    ministack.main()
