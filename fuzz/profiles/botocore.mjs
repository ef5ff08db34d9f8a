// What botocore reads out of pairs of files.

import { spawnSync } from "node:child_process";

const SCRIPT = `
import json, sys, tempfile
from botocore.configloader import load_config, raw_config_parse
from botocore.credentials import AssumeRoleProvider, ConfigProvider, SharedCredentialProvider
from botocore.exceptions import BotoCoreError, ConfigParseError, PartialCredentialsError

def keys(folder, name):
    try:
        found = SharedCredentialProvider(f"{folder}/credentials", name).load() or ConfigProvider(f"{folder}/config", name).load()
    except PartialCredentialsError:
        return None
    return found and [found.access_key, found.secret_key, found.token]

class Elsewhere(Exception):
    pass

class Providers:
    """The two files, as for the page: what a token, a program or a portal gives is not asked for."""

    def __init__(self, folder, found):
        self.folder, self.found = folder, found

    def providers(self, profile_name, disable_env_vars):
        if {"web_identity_token_file", "role_arn"} <= self.found[profile_name].keys():
            raise Elsewhere
        shared = SharedCredentialProvider(f"{self.folder}/credentials", profile_name)
        return [shared, ConfigProvider(f"{self.folder}/config", profile_name)]

class Sts:
    def __init__(self, calls, key):
        self.calls, self.key = calls, key

    def assume_role(self, RoleArn, **more):
        self.calls.append([self.key, RoleArn])
        keys = {"AccessKeyId": "of the role", "SecretAccessKey": "", "SessionToken": "", "Expiration": "2099-01-01T00:00:00Z"}
        return {"Credentials": keys, "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/a/b"}}

def chain(folder, found, name):
    """The keys that a profile with a role begins with, and the roles one after the other; None where there is no way."""
    calls = []
    make = lambda service, aws_access_key_id, **more: Sts(calls, aws_access_key_id)
    builder = Providers(folder, found)
    provider = AssumeRoleProvider(lambda: {"profiles": found}, make, {}, name, lambda prompt: "123456", None, builder)
    try:
        credentials = provider.load()
        if credentials is None:
            return None
        credentials.get_frozen_credentials()
    except (BotoCoreError, Elsewhere):
        return None
    return {"key": calls[0][0], "roles": [role for _, role in calls]}

def profiles(files, folder):
    for name, text in files.items():
        with open(f"{folder}/{name}", "w", newline="") as file:
            file.write(text)
    try:
        found = load_config(f"{folder}/config")["profiles"]
        for name, settings in raw_config_parse(f"{folder}/credentials").items():
            found.setdefault(name, {}).update(settings)
        return {
            name: {"settings": settings, "keys": keys(folder, name), "chain": chain(folder, found, name)}
            for name, settings in found.items()
        }
    except ConfigParseError:
        return None

with tempfile.TemporaryDirectory() as folder:
    print(json.dumps([profiles(files, folder) for files in json.load(sys.stdin)]))
`;

/**
 * For each `{ config, credentials }` the profiles: each with its settings; with its keys, which are the access key id, the
 * secret and the token, or null where there are none; and with the access key id and the roles of its chain, or null where
 * it has no role or leads nowhere. Null in place of it all where botocore refuses the files.
 */
export function readByBotocore(files) {
  const python = process.env.STS_WEB_PYTHON ?? "python3";
  const { status, stdout, stderr } = spawnSync(python, ["-c", SCRIPT], {
    input: JSON.stringify(files),
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`botocore: ${stderr}`);
  return JSON.parse(stdout);
}
