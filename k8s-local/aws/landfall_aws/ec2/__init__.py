"""EC2 as hard as AWS's, for what a network is made of. Each module changes moto when `install` is called."""

from ..settings import Settings
from . import acls, addresses, connection_notifications, dhcp_options, endpoint_connections, endpoints, filters
from . import flow_logs, gateways, groups, interfaces, launch_templates, limits, nat_gateways, provided_services, route_tables
from . import rule_changes, rule_views, rules, subnets, tags, transit_gateways, vpc_cidrs, vpcs, zones


def install(settings: Settings) -> None:
    tags.install()
    filters.install()
    interfaces.install()
    vpcs.install()
    vpc_cidrs.install(settings)
    dhcp_options.install()
    subnets.install()
    zones.install()
    gateways.install()
    addresses.install()
    nat_gateways.install(settings)
    transit_gateways.install(settings)
    route_tables.install()
    acls.install()
    groups.install()
    rule_views.install()
    rules.install()
    rule_changes.install()
    flow_logs.install()
    endpoints.install(settings)
    provided_services.install(settings)
    endpoint_connections.install(settings)
    connection_notifications.install()
    launch_templates.install()
    limits.install()
