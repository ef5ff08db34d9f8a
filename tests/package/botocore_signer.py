"""botocore's signers and endpoint resolver as an oracle.

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

QUERY_SIGNERS = ("SigV4QueryAuth", "S3SigV4QueryAuth", "S3ExpressQueryAuth")


def sign(signer, credentials, region, service, date, method, url, headers, body, expires=None):
    """Returns the URL and headers of a request that is signed with the botocore class called `signer`."""
    botocore.auth.get_current_datetime = lambda: datetime.datetime.fromisoformat(date)
    more = {"identity_cache": None} if "Express" in signer else {}
    if signer in QUERY_SIGNERS:
        more["expires"] = expires
    auth = getattr(botocore.auth, signer)(Credentials(*credentials), service, region, **more)
    request = AWSRequest(method=method, url=url, data=bytes.fromhex(body))
    for name, value in headers:
        request.headers[name] = value
    auth.add_auth(request)
    return {"url": request.url, "headers": {name.lower(): value for name, value in request.headers.items()}}


def endpoint(region, fips, dualstack):
    """Returns the endpoint of STS, and the region that is signed."""
    config = Config(use_fips_endpoint=fips or None, use_dualstack_endpoint=dualstack or None)
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = SESSION.create_client("sts", region_name=region, config=config, **keys)
    sent = {}

    class Sent(Exception):
        pass

    def stop(request, **_):
        sent.update(url=request.url, authorization=request.headers["Authorization"].decode())
        raise Sent

    client.meta.events.register("before-send", stop)
    try:
        client.get_caller_identity()
    except Sent:
        pass
    return {"url": sent["url"], "region": sent["authorization"].split("/")[2]}


def clear_environment():
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


clear_environment()
SESSION = botocore.session.get_session()
FUNCTIONS = {"sign": sign, "endpoint": endpoint}
print(json.dumps([FUNCTIONS[call.pop("function")](**call) for call in json.load(sys.stdin)]))
