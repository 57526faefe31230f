"""What can be set when the server starts: flags first, then the environment, then defaults."""

import argparse
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The seeds' five accounts by profile name, and the portal's, whose credentials are the default ones.
DEFAULT_ACCOUNTS = {
    "123456789012": "portal",
    "111111111111": "base-infra",
    "222222222222": "provider-account",
    "333333333333": "consumer-account",
    "444444444444": "security-account",
    "555555555555": "shared-services-account",
}
HOME_ACCOUNT = "123456789012"
# What takes AWS minutes takes this long here unless set: --load-balancer-seconds, LANDFALL_AWS_LOAD_BALANCER_SECONDS.
_SECONDS = {
    "endpoint": (0.3, "how long an interface endpoint is pending or deleting"),
    "interface": (0.3, "how long network interfaces outlive what they belong to"),
    "nat": (0.3, "how long a NAT gateway is pending or deleting"),
    "nat-listed": (1.0, "how long a NAT gateway that is deleted or failed stays listed; an hour in AWS"),
    "cidr": (0.3, "how long a block of a VPC is associating or disassociating"),
    "transit-gateway": (0.3, "how long an attachment to a transit gateway is pending, modifying or deleting"),
    "transit-gateway-listed": (1.0, "how long an attachment that is deleted stays listed; some hours in AWS"),
    "load-balancer": (0.3, "how long a load balancer is provisioning"),
    "certificate": (0.3, "how long ACM takes to say which records it wants, to issue a certificate, and to see it unused"),
    "target": (0.15, "how long a target is initial when it comes, and draining when it goes"),
    "database": (0.3, "how long RDS makes, changes or deletes an instance, a cluster or a snapshot"),
    "storage": (1.0, "how long after a change of a database's storage RDS refuses another; six hours in AWS"),
    "cache": (0.3, "how long ElastiCache makes, changes or deletes a cluster or a replication group"),
    "table": (0.2, "how long DynamoDB makes, changes or deletes a table or an index"),
    "backup": (0.3, "how long each step of a backup job takes, and deleting a recovery point"),
    "secret": (0.15, "how long the name of a secret that was deleted by force is not free"),
    "key-day": (86400.0, "how long each day is that a key waits for its deletion"),
    "instance": (0.3, "how long an instance of an Auto Scaling group takes to start, or to end"),
    "task": (0.15, "how long each step of an ECS task takes"),
    "web-acl": (0.15, "how long a new web ACL cannot be put on anything"),
}


@dataclass(frozen=True)
class Settings:
    host: str
    port: int
    region: str
    accounts: dict[str, str]
    installation: str
    member_role: str
    endpoint_seconds: float
    interface_seconds: float
    nat_seconds: float
    nat_listed_seconds: float
    cidr_seconds: float
    transit_gateway_seconds: float
    transit_gateway_listed_seconds: float
    load_balancer_seconds: float
    certificate_seconds: float
    target_seconds: float
    database_seconds: float
    storage_seconds: float
    cache_seconds: float
    table_seconds: float
    backup_seconds: float
    secret_seconds: float
    key_day_seconds: float
    instance_seconds: float
    task_seconds: float
    web_acl_seconds: float
    # Wildcards of image names that no container starts from.
    failing_images: tuple[str, ...]
    # Wildcards of paths at which no target is healthy.
    failing_paths: tuple[str, ...]
    service_gaps: frozenset[tuple[str, str]]
    # Whether Docker runs the containers of ECS.
    containers: bool
    # Whether databases and caches really run.
    engines: bool
    # Images of the local daemon by wildcards of what task definitions name; the first that fits.
    images: tuple[tuple[str, str], ...]
    parent: int | None
    # What difficulty.py is set to at the start and after a reset: its parts by name.
    difficulty: dict[str, Any]


def _field(name: str) -> str:
    return f"{name.replace('-', '_')}_seconds"


def _gaps(text: str) -> frozenset[tuple[str, str]]:
    gaps = [tuple(gap.split("@")) for gap in text.split(",") if gap]
    if not all(len(gap) == 2 and all(gap) for gap in gaps):
        raise SystemExit(f"--service-gaps {text}: write service@zone, separated by commas")
    return frozenset((service, zone) for service, zone in gaps)


def _images(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [tuple(pair.split("=", 1)) for pair in text.split(",") if pair]
    if not all(len(pair) == 2 and all(pair) for pair in pairs):
        raise SystemExit(f"--images {text}: write name=image, separated by commas")
    return tuple((name, image) for name, image in pairs)


def _json(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError) as error:
        raise SystemExit(f"--difficulty {text}: not a JSON object ({error})") from error


def from_command_line(argv: list[str] | None = None) -> Settings:
    """Raises SystemExit with one sentence on a bad flag or an unreadable accounts file."""
    env = os.environ.get
    parser = argparse.ArgumentParser(prog="landfall_aws", description=__doc__)
    parser.add_argument("--host", default=env("LANDFALL_AWS_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(env("LANDFALL_AWS_PORT", "0")), help="0 takes a free one")
    parser.add_argument("--region", default=env("LANDFALL_AWS_REGION", "us-east-1"))
    parser.add_argument("--accounts", default=env("LANDFALL_AWS_ACCOUNTS"), help='JSON file: {"111111111111": "name"}')
    parser.add_argument("--installation", default=env("LANDFALL_AWS_INSTALLATION", "default"))
    parser.add_argument("--member-role", default=env("LANDFALL_AWS_MEMBER_ROLE", "landfall"))
    for name, (seconds, words) in _SECONDS.items():
        variable = f"LANDFALL_AWS_{name.upper().replace('-', '_')}_SECONDS"
        parser.add_argument(f"--{name}-seconds", type=float, default=float(env(variable, seconds)), help=words)
    parser.add_argument(
        "--failing-images",
        default=env("LANDFALL_AWS_FAILING_IMAGES", "*does-not-exist*"),
        help="wildcards of image names that no container starts from, separated by commas",
    )
    parser.add_argument(
        "--failing-paths",
        default=env("LANDFALL_AWS_FAILING_PATHS", "*does-not-exist*"),
        help="wildcards of health check paths at which no target is healthy, separated by commas",
    )
    parser.add_argument(
        "--service-gaps",
        default=env("LANDFALL_AWS_SERVICE_GAPS", ""),
        help="zones where AWS does not offer an endpoint service, by its id, as ecs@use1-az3,kms@use1-az3",
    )
    parser.add_argument(
        "--containers",
        default=env("LANDFALL_AWS_CONTAINERS", "simulated"),
        choices=("simulated", "docker"),
        help="docker runs the containers of ECS tasks, and has load balancers forward to them",
    )
    parser.add_argument(
        "--engines",
        default=env("LANDFALL_AWS_ENGINES", "simulated"),
        choices=("simulated", "real"),
        help="real runs PostgreSQL, MariaDB and Redis or Valkey of this machine for databases and caches",
    )
    parser.add_argument(
        "--images",
        default=env("LANDFALL_AWS_IMAGES", ""),
        help="images of the local daemon by wildcards of what task definitions name, as *.amazonaws.com/shop:*=my-shop",
    )
    parser.add_argument(
        "--difficulty",
        default=env("LANDFALL_AWS_DIFFICULTY", "{}"),
        help='JSON of what makes it as hard as AWS can be, as {"throttling": {"scale": 1}}; README.md has the rest',
    )
    parser.add_argument("--parent", type=int, default=None, help="exit when this process is gone")
    args = parser.parse_args(argv)
    accounts = dict(DEFAULT_ACCOUNTS)
    if args.accounts:
        try:
            accounts = {str(k): str(v) for k, v in json.loads(Path(args.accounts).read_text()).items()}
        except (OSError, ValueError, AttributeError) as error:
            raise SystemExit(f"--accounts {args.accounts}: not a JSON object of account id to name ({error})") from error
        accounts.setdefault(HOME_ACCOUNT, "portal")
    return Settings(
        host=args.host,
        port=args.port,
        region=args.region,
        accounts=accounts,
        installation=args.installation,
        member_role=args.member_role,
        failing_images=tuple(filter(None, args.failing_images.split(","))),
        failing_paths=tuple(filter(None, args.failing_paths.split(","))),
        service_gaps=_gaps(args.service_gaps),
        containers=args.containers == "docker",
        engines=args.engines == "real",
        images=_images(args.images),
        parent=args.parent,
        difficulty=_json(args.difficulty),
        **{field: getattr(args, field) for field in (_field(name) for name in _SECONDS)},
    )
