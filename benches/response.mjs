// An AssumeRole response in the format of AWS. one_call.rs includes this file.

export const responseXml = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROA3XFRBF535PLBIFPI4:s3-access-example</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/test-role/s3-access-example</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
      <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>
      <SessionToken>IQoJb3JpZ2luX2VjEFwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g0FwoGZXIvYXdzEBYaDA/+QmVuY2g==</SessionToken>
      <Expiration>2026-11-23T20:00:00Z</Expiration>
    </Credentials>
    <PackedPolicySize>6</PackedPolicySize>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
`;
