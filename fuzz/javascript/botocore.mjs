// Parses pairs of AWS CLI files with botocore.

import { spawnSync } from "node:child_process";

const SCRIPT = `
import json, sys, tempfile
from botocore.configloader import load_config, raw_config_parse
from botocore.credentials import AssumeRoleProvider, ConfigProvider, SharedCredentialProvider
from botocore.exceptions import BotoCoreError, ConfigParseError, PartialCredentialsError

def credentials_of(folder, name):
    try:
        found = SharedCredentialProvider(f"{folder}/credentials", name).load() or ConfigProvider(f"{folder}/config", name).load()
    except PartialCredentialsError:
        return None
    return found and [found.access_key, found.secret_key, found.token]

class NotInFiles(Exception):
    pass

class Providers:
    """Only the two files, as on the page: no web identity tokens, credential processes or SSO."""

    def __init__(self, folder, found):
        self.folder, self.found = folder, found

    def providers(self, profile_name, disable_env_vars):
        if {"web_identity_token_file", "role_arn"} <= self.found[profile_name].keys():
            raise NotInFiles
        shared = SharedCredentialProvider(f"{self.folder}/credentials", profile_name)
        return [shared, ConfigProvider(f"{self.folder}/config", profile_name)]

class FakeSts:
    def __init__(self, calls, access_key_id):
        self.calls, self.access_key_id = calls, access_key_id

    def assume_role(self, RoleArn, **more):
        self.calls.append([self.access_key_id, RoleArn])
        credentials = {"AccessKeyId": "of the role", "SecretAccessKey": "", "SessionToken": "", "Expiration": "2099-01-01T00:00:00Z"}
        return {"Credentials": credentials, "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/a/b"}}

def chain(folder, found, name):
    """The source access key ID of a profile with roles, and its roles in order; None if they do not resolve."""
    calls = []
    make = lambda service, aws_access_key_id, **more: FakeSts(calls, aws_access_key_id)
    builder = Providers(folder, found)
    provider = AssumeRoleProvider(lambda: {"profiles": found}, make, {}, name, lambda prompt: "123456", None, builder)
    try:
        credentials = provider.load()
        if credentials is None:
            return None
        credentials.get_frozen_credentials()
    except (BotoCoreError, NotInFiles):
        return None
    return {"accessKeyId": calls[0][0], "roles": [role for _, role in calls]}

def profiles(files, folder):
    for name, text in files.items():
        with open(f"{folder}/{name}", "w", newline="") as file:
            file.write(text)
    try:
        found = load_config(f"{folder}/config")["profiles"]
        for name, settings in raw_config_parse(f"{folder}/credentials").items():
            found.setdefault(name, {}).update(settings)
        return {
            name: {"settings": settings, "credentials": credentials_of(folder, name), "chain": chain(folder, found, name)}
            for name, settings in found.items()
        }
    except ConfigParseError:
        return None

with tempfile.TemporaryDirectory() as folder:
    print(json.dumps([profiles(files, folder) for files in json.load(sys.stdin)]))
`;

/**
 * Returns the profiles of each `{ config, credentials }`, or null if botocore rejects the files. A profile has its
 * `settings`; its `credentials`, as access key ID, secret access key and session token, or null; and its `chain`, as
 * source access key ID and roles, or null if it has no role or does not resolve.
 */
export function parseWithBotocore(files) {
  const python = process.env.STS_WEB_PYTHON ?? "python3";
  const { status, stdout, stderr } = spawnSync(python, ["-c", SCRIPT], {
    input: JSON.stringify(files),
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`botocore: ${stderr}`);
  return JSON.parse(stdout.toString());
}
