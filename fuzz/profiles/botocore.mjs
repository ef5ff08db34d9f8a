// What botocore reads out of pairs of files.

import { spawnSync } from "node:child_process";

const SCRIPT = `
import json, sys, tempfile
from botocore.configloader import load_config, raw_config_parse
from botocore.credentials import ConfigProvider, SharedCredentialProvider
from botocore.exceptions import ConfigParseError, PartialCredentialsError

def keys(folder, name):
    try:
        found = SharedCredentialProvider(f"{folder}/credentials", name).load() or ConfigProvider(f"{folder}/config", name).load()
    except PartialCredentialsError:
        return None
    return found and [found.access_key, found.secret_key, found.token]

def profiles(files, folder):
    for name, text in files.items():
        with open(f"{folder}/{name}", "w", newline="") as file:
            file.write(text)
    try:
        found = load_config(f"{folder}/config")["profiles"]
        for name, settings in raw_config_parse(f"{folder}/credentials").items():
            found.setdefault(name, {}).update(settings)
        return {name: {"settings": settings, "keys": keys(folder, name)} for name, settings in found.items()}
    except ConfigParseError:
        return None

with tempfile.TemporaryDirectory() as folder:
    print(json.dumps([profiles(files, folder) for files in json.load(sys.stdin)]))
`;

/**
 * For each `{ config, credentials }` the profiles: each with its settings and with its keys, which are the access key id, the
 * secret and the token, or null where there are none. Null in place of it all where botocore refuses the files.
 */
export function readByBotocore(files) {
  const python = process.env.STS_WEB_PYTHON ?? "python3";
  const { status, stdout, stderr } = spawnSync(python, ["-c", SCRIPT], { input: JSON.stringify(files), maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`botocore: ${stderr}`);
  return JSON.parse(stdout);
}
