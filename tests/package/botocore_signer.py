"""botocore's signers, clients and endpoint resolver as an oracle.

Reads a list of calls in JSON from standard input, and prints the list of their results.
"""

import datetime
import json
import os
import sys

import botocore.auth
import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.model import ServiceId
from botocore.signers import RequestSigner

QUERY_SIGNERS = ("SigV4QueryAuth", "S3SigV4QueryAuth", "S3ExpressQueryAuth")


def sign(signer, credentials, region, service, date, method, url, headers, body, expires=None):
    """Returns the URL and headers of a request that is signed with the botocore class called `signer`."""
    set_time(date)
    more = {"identity_cache": None} if "Express" in signer else {}
    if signer in QUERY_SIGNERS:
        more["expires"] = expires
    auth = getattr(botocore.auth, signer)(Credentials(*credentials), service, region, **more)
    request = AWSRequest(method=method, url=url, data=bytes.fromhex(body))
    for name, value in headers:
        request.headers[name] = value
    auth.add_auth(request)
    return {"url": request.url, "headers": {name.lower(): value for name, value in request.headers.items()}}


def request(service, operation, parameters, region, credentials, date):
    """Returns the request that a client sends."""
    return sent(client(service, region, credentials, date), operation, parameters)


def presigned(service, name, parameters, region, credentials, date):
    """Returns the URL or the token that the function `name` of a client returns, e.g. `generate_presigned_url`."""
    # Without this setting, botocore presigns S3's URLs with Signature Version 2.
    config = Config(signature_version="s3v4") if service == "s3" else None
    return getattr(client(service, region, credentials, date, config), name)(**parameters)


def auth_token(service, url, expires, region, credentials, date):
    """Returns a URL that the signer of clients presigns, for tokens that no client has a function for."""
    set_time(date)
    signer = RequestSigner(ServiceId(service), region, service, "v4", Credentials(*credentials), SESSION.get_component("event_emitter"))
    parts = {"method": "GET", "url": url, "body": {}, "headers": {}, "context": {}}
    return signer.generate_presigned_url(parts, region_name=region, expires_in=expires, operation_name="")


def endpoint(region, fips, dualstack):
    """Returns the endpoint of STS, and the region that is signed."""
    config = Config(use_fips_endpoint=fips or None, use_dualstack_endpoint=dualstack or None)
    call = sent(client("sts", region, ["a", "b"], config=config), "GetCallerIdentity", {})
    return {"url": call["url"], "region": call["headers"]["authorization"].split("/")[2]}


def client(service, region, credentials, date=None, config=None):
    if date:
        set_time(date)
    names = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"]
    return SESSION.create_client(service, region_name=region, config=config, **dict(zip(names, credentials)))


def set_time(date):
    time = datetime.datetime.fromisoformat(date)
    botocore.auth.get_current_datetime = lambda *_, **__: time


def sent(client, operation, parameters):
    """Returns the request of a call, which is not sent."""
    captured = {}

    class Sent(Exception):
        pass

    def stop(request, **_):
        body = request.body or b""
        body = body.read() if hasattr(body, "read") else body
        headers = {name.lower(): to_text(value) for name, value in request.headers.items()}
        body = (body.encode() if isinstance(body, str) else bytes(body)).hex()
        captured.update(method=request.method, url=request.url, headers=headers, body=body)
        raise Sent

    client.meta.events.register("before-send", stop)
    try:
        client._make_api_call(operation, parameters)
    except Sent:
        pass
    return captured


def to_text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def clear_environment():
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


clear_environment()
SESSION = botocore.session.get_session()
FUNCTIONS = {function.__name__: function for function in (sign, request, presigned, auth_token, endpoint)}
print(json.dumps([FUNCTIONS[call.pop("function")](**call) for call in json.load(sys.stdin)]))
