"""STS as AWS does it: roles are assumed only by those whom the trust policy allows."""
