"""Launch templates: one of a name, with versions that are never forgotten while it stands.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html and its siblings.
"""

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.responses import EC2Response

from ..errors import AwsError
from ..override import replace, wrap
from .tags import forget

_NAME = re.compile(r"^[a-zA-Z0-9().\-/_]{3,128}$")


def _unknown(template_id: str | None) -> AwsError:
    message = f"The specified launch template, with template ID {template_id}, does not exist."
    return AwsError("InvalidLaunchTemplateId.NotFound", message)


def install() -> None:
    @wrap(EC2Response, "create_launch_template")
    def create(original: Any, self: Any) -> Any:
        if not _NAME.match(self._get_param("LaunchTemplateName") or ""):
            raise AwsError(
                "InvalidLaunchTemplateName.MalformedException",
                "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the "
                "following characters: - ( ) . / _.",
            )
        return original(self)

    @wrap(EC2Backend, "delete_launch_template")
    def delete(original: Any, self: Any, name: str, tid: str | None) -> Any:
        template_id = tid or self.launch_template_name_to_ids.get(name)
        if template_id not in self.launch_templates:
            raise _unknown(template_id)
        template = original(self, name, tid)
        # moto keeps the order in which templates were made, and their tags.
        self.launch_template_insert_order.remove(template_id)
        forget(self, template_id)
        return template

    # moto shows the tags that a template was made with.
    LaunchTemplate.tags = property(lambda self: self.get_tags(), lambda self, value: None)  # type: ignore[assignment,method-assign]

    @replace(EC2Response)
    def describe_launch_templates(self: Any) -> ActionResult:
        """moto cuts the list before it comes in pages."""
        backend = self.ec2_backend
        ids = self._get_param("LaunchTemplateIds", [])
        for template_id in ids:
            if template_id not in backend.launch_templates:
                raise _unknown(template_id)
        templates = backend.describe_launch_templates(
            template_names=self._get_param("LaunchTemplateNames", []),
            template_ids=ids,
            filters=self._filters_from_querystring(),
        )
        return ActionResult(
            {
                "LaunchTemplates": [
                    {
                        "CreateTime": template.create_time,
                        "CreatedBy": f"arn:{self.partition}:iam::{self.current_account}:root",
                        "DefaultVersionNumber": template.default_version_number,
                        "LatestVersionNumber": template.latest_version_number,
                        "LaunchTemplateId": template.id,
                        "LaunchTemplateName": template.name,
                        "Tags": template.tags,
                    }
                    for template in templates
                ]
            }
        )
