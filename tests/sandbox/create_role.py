"""Creates a role in the sandbox with read access to S3, or replaces the role's trust policy. Prints the role's ARN.

Usage: create_role.py ENDPOINT NAME TRUST_POLICY
"""

import json
import sys

import boto3

endpoint, name, trust_policy = sys.argv[1:]
iam = boto3.client(
    "iam", endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
)
try:
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy)
except iam.exceptions.EntityAlreadyExistsException:
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust_policy)
read = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
iam.put_role_policy(
    RoleName=name, PolicyName="read", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [read]})
)
print(iam.get_role(RoleName=name)["Role"]["Arn"])
