"""Option groups: of one major version, with options that it has, and kept while an instance or a snapshot uses them.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithOptionGroups.html and the actions' API reference.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import OptionGroup, RDSBackend
from moto.rds.responses import RDSResponse

from .. import lifecycle
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from . import names, versions
from .option_memberships import is_default, unknown, users
from .states import USABLE, pass_through

_QUOTA = 20


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def _state(message: str) -> AwsError:
    return AwsError("InvalidOptionGroupStateFault", message)


def _known(group: Any) -> dict[str, Any]:
    """The options of its major version, by name."""
    listed = RDSBackend.describe_option_group_options(group.engine_name, group.major_engine_version)
    return {option["Name"]: option for option in listed}


def _find(backend: Any, name: str) -> Any:
    if is_default(name):
        raise _invalid(f"The option group {name} is a default one and can't be modified or deleted.")
    if name not in backend.option_groups:
        raise unknown(name)
    return backend.option_groups[name]


def _check_value(name: str, value: str, known: Any) -> None:
    allowed = known.get("AllowedValues")
    if not known["IsModifiable"]:
        raise _invalid(f"The option setting {name} cannot be modified.")
    if not allowed or value == "":
        return
    low, _, high = allowed.partition("-")
    if low.isdigit() and high.isdigit():
        fits = value.isdigit() and int(low) <= int(value) <= int(high)
    else:
        fits = set(value.split(",")) <= set(allowed.split(","))
    if not fits:
        raise _invalid(f"Invalid value for option setting {name}: {value}. Allowed values: {allowed}")


def _given(group: Any, option: Any) -> dict[str, str]:
    """The settings of an option after a change: those that it names, and those that were set before."""
    name = option["OptionName"]
    known = _known(group).get(name)
    if known is None:
        raise _invalid(
            f"The option {name} is not supported by {group.engine_name} of major version {group.major_engine_version}."
        )
    settings = {one["SettingName"]: one for one in known["OptionGroupOptionSettings"]}
    asked = {one["Name"]: one.get("Value") or "" for one in option.get("OptionSettings") or []}
    for setting, value in asked.items():
        if setting not in settings:
            raise _invalid(f"The option {name} has no setting {setting}.")
        _check_value(setting, value, settings[setting])
    former = {one["Name"]: one["Value"] for one in group._options.get(name, [])}
    # An empty value takes back what was set.
    return {setting: value for setting, value in {**former, **asked}.items() if value != ""}


def _shown(group: Any) -> list[dict[str, Any]]:
    """AWS shows all settings of an option, whether somebody has set them or not; moto what was set."""
    known = _known(group)
    found = []
    for name, given in group._options.items():
        values = {one["Name"]: one["Value"] for one in given}
        settings = [
            {
                "Name": one["SettingName"],
                "Value": values.get(one["SettingName"], one.get("DefaultValue")),
                "DefaultValue": one.get("DefaultValue"),
                "AllowedValues": one.get("AllowedValues"),
                "ApplyType": one["ApplyType"],
                "IsModifiable": one["IsModifiable"],
            }
            for one in known[name]["OptionGroupOptionSettings"]
        ]
        flags = {flag: known[name][flag] for flag in ("Persistent", "Permanent")}
        found.append({"OptionName": name, **flags, "OptionSettings": settings})
    return found


def install(settings: Settings) -> None:
    seconds = settings.database_seconds
    OptionGroup.options = property(_shown)  # type: ignore[assignment,method-assign]

    @wrap(RDSBackend, "create_option_group")
    def create(original: Any, self: Any, option_group_kwargs: Any) -> Any:
        name, engine = option_group_kwargs["option_group_name"], option_group_kwargs["engine_name"]
        number = option_group_kwargs["major_engine_version"]
        names.check_identifier("OptionGroupName", name, longest=255)
        if name in self.option_groups:
            raise AwsError("OptionGroupAlreadyExistsFault", f"An option group named {name} already exists.")
        if len(self.option_groups) >= _QUOTA:
            message = f"The quota of {_QUOTA} option groups was exceeded for this AWS account."
            raise AwsError("OptionGroupQuotaExceededFault", message)
        if not versions.known(engine) or f"{engine}{number}" not in versions.families(engine):
            return original(self, option_group_kwargs)
        if not option_group_kwargs.get("option_group_description"):
            raise _invalid("The parameter OptionGroupDescription must be provided and must not be blank.")
        self.option_groups[name] = OptionGroup(self, **option_group_kwargs)
        return self.option_groups[name]

    @replace(RDSBackend)
    def describe_option_groups(self: Any, option_group_kwargs: Any) -> list[Any]:
        # Of none moto says that one is not there, whoever asks for all.
        name = option_group_kwargs.get("option_group_name")
        if name is not None:
            if name not in self.option_groups:
                raise unknown(name)
            return [self.option_groups[name]]
        fields = ("engine_name", "major_engine_version")
        return [
            group
            for group in self.option_groups.values()
            if all(option_group_kwargs.get(field) in (None, getattr(group, field)) for field in fields)
        ]

    def follow(group: Any, at_once: bool) -> None:
        """What the users of a group show of a change."""
        for instance in users(group.backend, group.name):
            if instance.option_group_name.lower() != group.name:
                continue
            if not at_once:
                instance.landfall_option_status = "pending-maintenance-apply"
                continue
            instance.landfall_option_status = "applying"
            pass_through(instance, "modifying", seconds)
            lifecycle.after(seconds, lambda instance=instance: setattr(instance, "landfall_option_status", "in-sync"))

    @replace(RDSResponse)
    def modify_option_group(self: Any) -> ActionResult:
        params = self.params
        group = _find(self.backend, params["OptionGroupName"])
        included = list(params.get("OptionsToInclude") or [])
        removed = list(params.get("OptionsToRemove") or [])
        if not included and not removed:
            raise _invalid("At least one option must be added, modified, or removed.")
        if any(instance.status not in USABLE for instance in users(self.backend, group.name)):
            raise _state(
                f"The option group '{group.name}' is in use by a database instance that is not in the available state."
            )
        changed = {option["OptionName"]: _given(group, option) for option in included}
        former = dict(group._options)
        for name in removed:
            group._options.pop(name, None)
        for name, given in changed.items():
            group._options[name] = [{"Name": setting, "Value": value} for setting, value in given.items()]
        if group._options != former:
            follow(group, str(params.get("ApplyImmediately")).lower() == "true")
        return ActionResult({"OptionGroup": group})

    @wrap(RDSBackend, "delete_option_group")
    def delete(original: Any, self: Any, option_group_name: str) -> Any:
        group = _find(self, option_group_name)
        saved = [snapshot.option_group_name.lower() for snapshot in self.database_snapshots.values()]
        if users(self, group.name) or group.name in saved:
            raise _state(f"The option group '{group.name}' cannot be deleted because it is in use.")
        return original(self, option_group_name)
