"""Writes two files from botocore's data: regions.tsv, the endpoint that its rules for STS resolve for every region and
option; and partitions.json, its table of partitions, with the S3 endpoint of every region.

    pip install botocore==1.43.11
    python3 tests/vectors/endpoint/generate.py

Columns of regions.tsv: region, whether AWS lists it, FIPS, dualstack, legacy global endpoint, URL, signing region.
"""

import itertools
import json
import pathlib

import botocore
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader

loader = Loader()
partitions = loader.load_data("partitions")
rules = loader.load_service_model("sts", "endpoint-rule-set-1")
provider = EndpointProvider(rules, partitions)

listed = sorted(region for partition in partitions["partitions"] for region in partition["regions"])
# Regions that do not exist yet: one per partition's naming scheme, and one that matches none.
unlisted = [
    "us-moon-1", "mx-moon-12", "cn-moon-1", "us-gov-moon-3", "us-iso-moon-1", "us-isob-moon-1", "eu-isoe-moon-1",
    "us-isof-moon-1", "eusc-de-moon-2", "xx-moon-7",
]

rows = []
for region in listed + unlisted:
    for fips, dualstack, legacy in itertools.product([False, True], repeat=3):
        endpoint = provider.resolve_endpoint(
            Region=region, UseFIPS=fips, UseDualStack=dualstack, UseGlobalEndpoint=legacy
        )
        schemes = endpoint.properties.get("authSchemes", [{}])
        signing_region = schemes[0].get("signingRegion", region)
        flags = [str(int(flag)) for flag in (region in listed, fips, dualstack, legacy)]
        rows.append("\t".join([region, *flags, endpoint.url, signing_region]))

target = pathlib.Path(__file__).with_name("regions.tsv")
heading = f"# From the endpoint rules and partitions of botocore {botocore.__version__}, by generate.py.\n"
target.write_text(heading + "\n".join(rows) + "\n")

s3 = EndpointProvider(loader.load_service_model("s3", "endpoint-rule-set-1"), partitions)
table = {
    "source": f"botocore {botocore.__version__}, by generate.py",
    "partitions": [
        {
            "id": partition["id"],
            "regionRegex": partition["regionRegex"],
            "dnsSuffix": partition["outputs"]["dnsSuffix"],
            "dualStackDnsSuffix": partition["outputs"]["dualStackDnsSuffix"],
            "regions": sorted(partition["regions"]),
            "s3": {
                region: s3.resolve_endpoint(Region=region).url
                for region in sorted(partition["regions"])
                if not region.endswith("-global")
            },
        }
        for partition in partitions["partitions"]
    ],
}
target.with_name("partitions.json").write_text(json.dumps(table, indent=2) + "\n")
