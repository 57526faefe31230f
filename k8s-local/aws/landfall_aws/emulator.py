"""Puts the plugin into moto, once per process, and gives every account its first state."""

import warnings

from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel
from moto.ec2.models import ec2_backends
from moto.logs.models import logs_backends

from . import accounts, containers, difficulty, dry_run, dump, ec2, engines, fast_serialize, faults, iam, idempotency, lag
from . import lifecycle, logs, memory, pages, permissions, pipeline, services, sessions, tagging, throttling
from .backup import vaults
from .ec2 import transit_gateways
from .ec2.tags import check_specifications
from .settings import Settings
from .sts import actions as sts_actions


def install(settings: Settings) -> None:
    # moto keeps every object it ever made for its dashboard; a long benchmark would only grow.
    BaseModel.__new__ = lambda cls, *args, **kwargs: object.__new__(cls)  # type: ignore[method-assign]
    # moto warns of every code that a service's model lacks; those are AWS's common errors, which no model has.
    warnings.filterwarnings("ignore", message=r"Exception\(AwsError\)")
    pipeline.install()
    fast_serialize.install()
    pipeline.stage(faults.strike)
    pipeline.stage(throttling.limit)
    pipeline.stage(permissions.enforce)
    pipeline.stage(lag.delay)
    pipeline.stage(dry_run.stop_short)
    pipeline.stage(idempotency.once)
    pipeline.stage(check_specifications)
    sts_actions.install()
    ec2.install(settings)
    iam.install()
    logs.install()
    tagging.install()
    services.install(settings)
    # The tagging API looks into vaults and plans before anybody calls their service, and vaults are there from the start.
    services.response_class("backup")
    # Last, around what the others made of the describe actions.
    pages.install()
    dump.remember_fresh()
    _begin(settings)


def reset(settings: Settings) -> None:
    lifecycle.clear()
    sessions.clear()
    idempotency.clear()
    memory.clear()
    dump.forget_fresh()
    BackendDict.reset()
    for hub in filter(None, (containers.running, engines.running)):
        hub.clear()
    _begin(settings)


def _begin(settings: Settings) -> None:
    difficulty.reset(settings.difficulty)
    for account in settings.accounts:
        # Made up front, so that the first read of a test changes nothing.
        for service, backends in (("ec2", ec2_backends), ("logs", logs_backends)):
            _ = backends[account][settings.region]
            dump.keep(service, account, settings.region)
        dump.keep("iam", account, "aws")
    accounts.bootstrap(settings)
    transit_gateways.bootstrap(settings)
    vaults.bootstrap(settings)
