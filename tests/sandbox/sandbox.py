"""The sandbox: MiniStack on loopback, with IAM enforced, and with the users, roles and buckets of the tests.

Prints one line of JSON when it is ready. It runs until its standard input is closed, so that it also ends if its parent
process is killed. The line "reset" on standard input recreates everything and prints a new line.

Usage: sandbox.py PORT
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import boto3

ACCOUNT = "123456789012"
REGION = "us-east-1"
SESSION = "s3-access-example"
EXTERNAL_ID = "the-external-id"
ROOT = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}


def main():
    port = int(sys.argv[1])
    endpoint = f"http://127.0.0.1:{port}"
    server = start(port)
    try:
        wait_until_up(server, endpoint)
        announce(endpoint)
        for line in sys.stdin:
            if line.strip() == "reset":
                urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_ministack/reset", method="POST"))
                announce(endpoint)
    except KeyboardInterrupt:
        pass
    finally:
        server.kill()
        server.wait()


def start(port):
    settings = {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "s3,iam,sts",
        # Its listener ignores BIND_HOST.
        "IOT_MTLS_ENABLED": "false",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
    }
    command = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "ministack_as_aws.py")]
    return subprocess.Popen(
        command, env={**os.environ, **settings}, stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=sys.stderr
    )


def wait_until_up(server, endpoint):
    for _ in range(300):
        if server.poll() is not None:
            sys.exit("the sandbox server exited; its port may be in use")
        try:
            urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=1)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the sandbox server did not start within 30 seconds")


def announce(endpoint):
    print(json.dumps(seed(endpoint)), flush=True)


def seed(endpoint):
    iam = boto3.client("iam", endpoint_url=endpoint, **ROOT)
    s3 = boto3.client("s3", endpoint_url=endpoint, **ROOT)

    iam.create_user(UserName="test-user")
    key = iam.create_access_key(UserName="test-user")["AccessKey"]
    user = f"arn:aws:iam::{ACCOUNT}:user/test-user"
    # AWS does not require this policy within one account. MiniStack does.
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/*"}
    iam.put_user_policy(UserName="test-user", PolicyName="assume", PolicyDocument=policy(allow))

    # The Worker's user also needs permission to pass session tags and a source identity.
    iam.create_user(UserName="worker")
    worker_key = iam.create_access_key(UserName="worker")["AccessKey"]
    worker = f"arn:aws:iam::{ACCOUNT}:user/worker"
    session = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    iam.put_user_policy(UserName="worker", PolicyName="assume", PolicyDocument=policy({**allow, "Action": session}))

    trust = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "sts:AssumeRole"}
    for_worker = {**trust, "Principal": {"AWS": worker}, "Action": session}
    with_id = {**trust, "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}}
    read = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
    from_role = {**trust, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/test-role"}}
    trusts = {"test-role": [trust, for_worker], "external-id-role": [with_id], "chained-role": [from_role]}
    for name, statements in trusts.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(*statements))
        iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=policy(read))
    chained = {**allow, "Resource": f"arn:aws:iam::{ACCOUNT}:role/chained-role"}
    iam.put_role_policy(RoleName="test-role", PolicyName="assume", PolicyDocument=policy(chained))

    for name in ["example-photos", "example-reports"]:
        s3.create_bucket(Bucket=name)
        s3.put_object(Bucket=name, Key="hello.txt", Body=b"hello\n")

    return {
        "endpoint": endpoint,
        "region": REGION,
        "accessKeyId": key["AccessKeyId"],
        "secretAccessKey": key["SecretAccessKey"],
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/test-role",
        "roleSessionName": SESSION,
        "chainedRoleArn": f"arn:aws:iam::{ACCOUNT}:role/chained-role",
        "externalIdRoleArn": f"arn:aws:iam::{ACCOUNT}:role/external-id-role",
        "externalId": EXTERNAL_ID,
        "worker": {"accessKeyId": worker_key["AccessKeyId"], "secretAccessKey": worker_key["SecretAccessKey"]},
    }


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


if __name__ == "__main__":
    main()
