"""Engines, their versions, and the families of their parameter groups.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
"""

from typing import NamedTuple

from ..errors import AwsError


class Version(NamedTuple):
    engine: str
    # What DescribeCacheClusters shows: the patch level, which nobody can ask for since Redis OSS 6.
    full: str
    family: str

    @property
    def place(self) -> tuple[bool, tuple[int, ...]]:
        """Valkey comes after every Redis OSS: there is a way from one to the other, and none back."""
        return self.engine == "valkey", tuple(int(part) for part in self.full.split("."))


# By what is asked for; the last of an engine is what one gets who asks for none, which is a guess for Valkey.
_KNOWN = {
    "redis": {
        "4.0.10": Version("redis", "4.0.10", "redis4.0"),
        "5.0.6": Version("redis", "5.0.6", "redis5.0"),
        "6.0": Version("redis", "6.0.5", "redis6.x"),
        "6.2": Version("redis", "6.2.6", "redis6.x"),
        "7.0": Version("redis", "7.0.7", "redis7"),
        "7.1": Version("redis", "7.1.0", "redis7"),
    },
    "valkey": {
        "7.2": Version("valkey", "7.2.6", "valkey7"),
        "8.0": Version("valkey", "8.0.1", "valkey8"),
        "8.1": Version("valkey", "8.1.0", "valkey8"),
        "8.2": Version("valkey", "8.2.0", "valkey8"),
    },
}
_ALIASES = {("redis", "6.x"): "6.2"}
FAMILIES = ("memcached1.6", *dict.fromkeys(v.family for versions in _KNOWN.values() for v in versions.values()))


def resolve(engine: str | None, asked: str | None) -> Version:
    engine = (engine or "redis").lower()
    if engine not in _KNOWN:
        raise AwsError("InvalidParameterValue", f"The engine {engine} is not valid for a replication group.")
    known = _KNOWN[engine]
    if asked is None:
        return list(known.values())[-1]
    short = _ALIASES.get((engine, asked), asked)
    if short in known:
        return known[short]
    patched = next((name for name, version in known.items() if version.full == asked), None)
    if patched:
        raise AwsError(
            "InvalidParameterCombination",
            f"Specific version selection is not allowed for '{asked}', please use '{patched}'.",
        )
    raise AwsError("InvalidParameterCombination", f"Cannot find version {asked} for {engine}")


def of(engine: str, full: str) -> Version:
    """The version that is shown as `full`."""
    return next(version for version in _KNOWN[engine].values() if version.full == full)


def check_upgrade(current: Version, wanted: Version) -> None:
    # "You can upgrade to a newer engine version […], but you cannot downgrade": ModifyReplicationGroup, EngineVersion.
    if wanted.place < current.place:
        raise AwsError(
            "InvalidParameterCombination",
            f"Cannot downgrade from {current.engine} {current.full} to {wanted.engine} {wanted.full}.",
        )
