"""Listeners: one a port, with what their protocol wants, forwarding to groups that no other load balancer uses."""

from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.models import ELBv2Backend, FakeAction
from moto.elbv2.responses import ELBV2Response
from moto.elbv2.ssl_policies import SSL_POLICIES

from .. import lifecycle
from ..errors import AwsError
from ..override import replace, wrap
from ..settings import Settings
from . import found, tags

_PROTOCOLS = {"application": ("HTTP", "HTTPS"), "network": ("TCP", "TLS", "UDP", "TCP_UDP")}
_SECURE = ("HTTPS", "TLS")
# "The default is the current predefined security policy": CreateListener; of the API that is the oldest.
_DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
# What a listener may forward to, by its protocol:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html and its sibling.
_FORWARDS = {
    "HTTP": ("HTTP", "HTTPS"),
    "HTTPS": ("HTTP", "HTTPS"),
    "TCP": ("TCP", "TCP_UDP"),
    "TLS": ("TCP", "TLS"),
    "UDP": ("UDP", "TCP_UDP"),
    "TCP_UDP": ("TCP_UDP",),
}
_certificate_seconds = 0.0


def forget(backend: Any, listener: Any) -> None:
    for rule in listener.rules.values():
        backend.tagging_service.delete_all_tags_for_resource(rule.arn)
    backend.tagging_service.delete_all_tags_for_resource(listener.arn)
    _release_certificates(backend, listener)


def associate(backend: Any) -> None:
    """Tells each target group which load balancers use it; moto only ever adds."""
    users: dict[str, list[str]] = {arn: [] for arn in backend.target_groups}
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                for action in rule.actions:
                    for arn in _groups(action.data):
                        if balancer.arn not in users.setdefault(arn, []):
                            users[arn].append(balancer.arn)
    for arn, group in backend.target_groups.items():
        group.load_balancer_arns = users[arn]


def _groups(action: dict[str, Any]) -> list[str]:
    weighted = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    named = [action["TargetGroupArn"]] if action.get("TargetGroupArn") else []
    return list(dict.fromkeys([*named, *(group["TargetGroupArn"] for group in weighted)]))


def _shown(action: dict[str, Any]) -> dict[str, Any]:
    """An action as AWS describes it: with the defaults of what was left out."""
    shown = dict(action)
    if shown.get("Type") == "forward":
        config = dict(shown.get("ForwardConfig") or {})
        config["TargetGroups"] = [
            {"Weight": 1, **group} for group in config.get("TargetGroups") or [{"TargetGroupArn": arn} for arn in _groups(shown)]
        ]
        config.setdefault("TargetGroupStickinessConfig", {"Enabled": False})
        shown["ForwardConfig"] = config
        if len(config["TargetGroups"]) == 1:
            shown["TargetGroupArn"] = config["TargetGroups"][0]["TargetGroupArn"]
    if shown.get("Type") == "redirect":
        same = {"Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
        shown["RedirectConfig"] = {**same, **(shown.get("RedirectConfig") or {})}
    return shown


def _check_actions(backend: Any, balancer: Any, protocol: str, actions: list[dict[str, Any]]) -> None:
    if not actions:
        raise AwsError("ValidationError", "A listener must have at least one default action")
    for action in actions:
        if balancer.type == "network" and action.get("Type") != "forward":
            raise AwsError(
                "InvalidLoadBalancerAction", f"Action type '{action.get('Type')}' is not supported on network load balancers"
            )
        for arn in _groups(action):
            group = backend.target_groups.get(arn)
            if group is None:
                raise AwsError("TargetGroupNotFound", f"Target groups '{arn}' not found")
            if group.protocol not in _FORWARDS[protocol]:
                raise AwsError(
                    "IncompatibleProtocols",
                    f"Target group '{arn}' with protocol {group.protocol} is not supported by a listener with protocol {protocol}",
                )
            if group.vpc_id != balancer.vpc_id:
                raise AwsError(
                    "InvalidConfigurationRequest", f"Target group '{arn}' is not of the VPC of load balancer '{balancer.arn}'"
                )
            if any(user != balancer.arn for user in group.load_balancer_arns):
                # "You can use each target group with only one load balancer": TargetGroup, API reference.
                raise AwsError(
                    "TargetGroupAssociationLimit",
                    f"The following target groups cannot be associated with more than one load balancer: {arn}",
                )


def _check_protocol(balancer: Any, protocol: str | None) -> str:
    allowed = _PROTOCOLS[balancer.type]
    if protocol not in allowed:
        raise AwsError(
            "UnsupportedProtocol" if protocol else "ValidationError",
            f"Listener protocol '{protocol}' must be one of '{', '.join(allowed)}'",
        )
    return str(protocol)


def _security(backend: Any, protocol: str, policy: str | None, certificates: list[str]) -> str | None:
    """The policy of a listener; None where there is no TLS. Raises where policy or certificate are not what AWS wants."""
    if protocol not in _SECURE:
        if policy or certificates:
            raise AwsError("ValidationError", f"A listener with protocol '{protocol}' has neither certificate nor security policy")
        return None
    if not certificates:
        raise AwsError("ValidationError", f"A certificate must be specified for {protocol} listeners")
    if len(certificates) > 1:
        raise AwsError("ValidationError", "Up to one certificate can be specified, that which is the default")
    for arn in certificates:
        if not backend._certificate_exists(certificate_arn=arn):
            raise AwsError("CertificateNotFound", f"Certificate '{arn}' not found")
        bundle = _certificates(backend).get(arn)
        if bundle is not None and bundle.status != "ISSUED":
            # What AWS says of one that is not issued yet, as users of every tool report.
            words = "must have a fully-qualified domain name, a supported signature, and a supported key size."
            raise AwsError("UnsupportedCertificate", f"The certificate '{arn}' {words}")
    if policy and policy not in SSL_POLICIES:
        raise AwsError("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    return policy or _DEFAULT_POLICY


def _certificates(backend: Any) -> dict[str, Any]:
    from moto.acm.models import acm_backends

    return acm_backends[backend.account_id][backend.region_name]._certificates


def _release_certificates(backend: Any, listener: Any) -> None:
    if not listener.certificates:
        return
    bundles = [_certificates(backend).get(arn) for arn in listener.certificates]

    def released() -> None:
        # ACM learns a little later that nobody uses it: aws/aws-cdk#4179.
        for bundle in bundles:
            if bundle is not None and listener.arn in bundle.in_use_by:
                bundle.in_use_by.remove(listener.arn)

    lifecycle.after(_certificate_seconds, released)


def _use_certificate(backend: Any, listener: Any) -> None:
    bundle = _certificates(backend).get(listener.certificate)
    if bundle is not None:
        bundle.in_use_by.append(listener.arn)


def install(settings: Settings) -> None:
    global _certificate_seconds
    _certificate_seconds = settings.certificate_seconds

    # "This operation is idempotent […]": CreateListener, API reference.
    @wrap(ELBv2Backend, "create_listener")
    def create(original: Any, self: Any, load_balancer_arn: str, protocol: str, port: int, **kwargs: Any) -> Any:
        tags.check(kwargs.get("tags") or [])
        balancer = found.balancer(self, load_balancer_arn)
        protocol = _check_protocol(balancer, protocol)
        if port is None or not 1 <= int(port) <= 65535:
            raise AwsError("ValidationError", f"Listener port '{port}' must be between '1-65535' inclusive")
        certificate, policy = kwargs.get("certificate"), kwargs.get("ssl_policy")
        actions = [_shown(action) for action in kwargs.get("actions") or []]
        taken = next((x for x in balancer.listeners.values() if int(x.port) == int(port)), None)
        if taken is not None:
            has = (taken.protocol, taken.certificate, taken.ssl_policy, [action.data for action in taken.default_actions])
            if has != (protocol, certificate, policy or (_DEFAULT_POLICY if protocol in _SECURE else None), actions):
                raise AwsError("DuplicateListener", "A listener already exists on this port for this load balancer")
            return taken
        policy = _security(self, protocol, policy, [certificate] if certificate else [])
        _check_actions(self, balancer, protocol, actions)
        kwargs |= {"actions": actions, "ssl_policy": policy}
        listener = original(self, load_balancer_arn, protocol, port, **kwargs)
        associate(self)
        return listener

    @replace(ELBv2Backend)
    def modify_listener(
        self: Any,
        arn: str,
        port: int | None = None,
        protocol: str | None = None,
        ssl_policy: str | None = None,
        certificates: list[dict[str, Any]] | None = None,
        actions: list[dict[str, Any]] | None = None,
    ) -> Any:
        listener = found.listener(self, arn)
        balancer = self.load_balancers[listener.load_balancer_arn]
        others = [x for x in balancer.listeners.values() if x is not listener]
        if port is not None and any(int(other.port) == int(port) for other in others):
            raise AwsError("DuplicateListener", "A listener already exists on this port for this load balancer")
        wanted = _check_protocol(balancer, protocol or listener.protocol)
        arns = [certificate["CertificateArn"] for certificate in certificates or []]
        if wanted in _SECURE:
            # What is not said stays: ModifyListener, API reference.
            arns = arns or ([listener.certificate] if listener.certificate else [])
            ssl_policy = ssl_policy or listener.ssl_policy
        policy = _security(self, wanted, ssl_policy, arns)
        shown = [_shown(action) for action in actions or []] or [action.data for action in listener.default_actions]
        _check_actions(self, balancer, wanted, shown)
        # "If you change the protocol from HTTPS to HTTP, or from TLS to TCP, the security policy and default certificate
        # properties are removed": the same page.
        _release_certificates(self, listener)
        listener.port = listener.port if port is None else port
        listener.protocol, listener.ssl_policy = wanted, policy
        listener.certificate = arns[0] if arns else None
        listener.certificates = arns
        _use_certificate(self, listener)
        listener.default_actions = [FakeAction(action) for action in shown]
        listener._default_rule[0].actions = listener.default_actions
        associate(self)
        return listener

    @wrap(ELBv2Backend, "delete_listener")
    def delete_listener(original: Any, self: Any, listener_arn: str) -> Any:
        listener = original(self, listener_arn)
        forget(self, listener)
        associate(self)
        return listener

    for name in ("create_rule", "modify_rule", "delete_rule"):
        _associating(name)

    @wrap(ELBv2Backend, "delete_rule")
    def delete_rule(original: Any, self: Any, arn: str) -> None:
        original(self, arn)
        self.tagging_service.delete_all_tags_for_resource(arn)

    @replace(ELBV2Response, "create_listener")
    def created(self: Any) -> ActionResult:
        get = self._get_param
        certificates = [certificate["CertificateArn"] for certificate in get("Certificates", [])]
        # moto gives every listener a security policy.
        listener = self.elbv2_backend.create_listener(
            load_balancer_arn=get("LoadBalancerArn"),
            protocol=get("Protocol"),
            port=get("Port"),
            ssl_policy=get("SslPolicy"),
            certificate=certificates[0] if certificates else None,
            actions=get("DefaultActions", []),
            alpn_policy=get("AlpnPolicy", []),
            tags=get("Tags"),
        )
        return ActionResult({"Listeners": [listener]})


def _associating(name: str) -> None:
    @wrap(ELBv2Backend, name)
    def method(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        associate(self)
        return result
