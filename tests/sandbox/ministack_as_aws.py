"""MiniStack, with the CORS headers that AWS's STS sends on refusals too.

MiniStack leaves them out where a signature is wrong or keys have expired, and a browser can then tell no more than
that something went wrong.
"""

from ministack import app as ministack

CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-amzn-requestid, date"),
]

mini = ministack.app


async def app(scope, receive, send):
    async def with_cors(message):
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            known = {name.lower() for name, _ in headers}
            message = {**message, "headers": headers + [pair for pair in CORS if pair[0] not in known]}
        await send(message)

    await mini(scope, receive, with_cors if scope["type"] == "http" else send)


if __name__ == "__main__":
    ministack.app = app
    ministack.main()
