import { keptOrNever, type Rule, type TransitionRule } from './rule.ts';
import { EVERYBODY, exposureRules, isEverybody } from './traffic.ts';

interface Peer {
  name: string;
  cidr?: string | undefined;
  group?: string | undefined;
  exposure?: string | undefined;
}

export const ingressRules: readonly Rule<Peer>[] = [
  {
    cel: 'has(self.cidr) != has(self.group)',
    message: 'rule {self.name} needs exactly one of cidr and group: give one and leave the other out',
    check: ({ cidr, group }) => (cidr === undefined) !== (group === undefined),
  },
  ...exposureRules<Peer>({ cel: EVERYBODY, check: ({ cidr }) => isEverybody(cidr) }),
];

interface Listener {
  port: number;
  protocol: string;
  certificateArn?: string | undefined;
  certificate?: object | undefined;
  redirectTo?: number | undefined;
}

const isSecure = (protocol: string) => protocol === 'HTTPS' || protocol === 'TLS';

export const listenerRules: readonly Rule<Listener>[] = [
  {
    cel: "(has(self.certificateArn) || has(self.certificate)) == (self.protocol in ['HTTPS', 'TLS'])",
    message:
      'listener {self.port} has protocol {self.protocol}: HTTPS and TLS need certificateArn or certificate, HTTP and TCP have neither; give one, or choose another protocol',
    path: ['certificateArn'],
    check: ({ certificateArn, certificate, protocol }) =>
      (certificateArn !== undefined || certificate !== undefined) === isSecure(protocol),
  },
  {
    cel: '!(has(self.certificateArn) && has(self.certificate))',
    message:
      'listener {self.port} has certificateArn and certificate: name one that exists, or have one made, and leave the other out',
    path: ['certificate'],
    check: ({ certificateArn, certificate }) => certificateArn === undefined || certificate === undefined,
  },
  {
    cel: "!has(self.redirectTo) || self.protocol == 'HTTP'",
    message:
      'listener {self.port} has protocol {self.protocol}, and only HTTP can be redirected: take redirectTo away',
    path: ['redirectTo'],
    check: ({ redirectTo, protocol }) => redirectTo === undefined || protocol === 'HTTP',
  },
];

/** The part of a load balancer that rules across its fields look at. */
interface Balancer {
  type: 'Application' | 'Network';
  listeners: Listener[];
  ingress: Peer[];
  healthCheck: {
    protocol?: string | undefined;
    path?: string | undefined;
    successCodes?: string | undefined;
    intervalSeconds: number;
    timeoutSeconds: number;
  };
  webAcl?: object | undefined;
  privateLinkInboundRules?: string | undefined;
}

/** Protocols of listeners by type. */
const PROTOCOLS: Readonly<Record<Balancer['type'], readonly string[]>> = {
  Application: ['HTTP', 'HTTPS'],
  Network: ['TCP', 'TLS'],
};
const MISFIT =
  "self.listeners.filter(l, !(l.protocol in (self.type == 'Network' ? ['TCP', 'TLS'] : ['HTTP', 'HTTPS'])))";
const misfit = ({ type, listeners }: Balancer) =>
  listeners.find(({ protocol }) => !PROTOCOLS[type].includes(protocol));

const ASTRAY =
  "self.listeners.filter(l, has(l.redirectTo) && !self.listeners.exists(o, o.port == l.redirectTo && o.protocol == 'HTTPS'))";
const astray = ({ listeners }: Balancer) =>
  listeners.find(
    ({ redirectTo }) =>
      redirectTo !== undefined &&
      !listeners.some(({ port, protocol }) => port === redirectTo && protocol === 'HTTPS'),
  );

const TWIN =
  'self.ingress.filter(p, !self.ingress.exists_one(q, (has(p.cidr) && has(q.cidr) && q.cidr == p.cidr) || (has(p.group) && has(q.group) && q.group == p.group)))';
const twin = ({ ingress }: Balancer) =>
  ingress.find(
    (one) =>
      ingress.filter(({ cidr, group }) =>
        one.cidr === undefined ? group !== undefined && group === one.group : cidr === one.cidr,
      ).length > 1,
  );

const protocolOf = ({ type, healthCheck }: Balancer) =>
  healthCheck.protocol ?? (type === 'Network' ? 'TCP' : 'HTTP');
const PROTOCOL =
  "(has(self.healthCheck.protocol) ? self.healthCheck.protocol : self.type == 'Network' ? 'TCP' : 'HTTP')";

const AS_IT_WAS = 'leave it as it was, or move to a new EcsService';

export const balancerRules: readonly (Rule<Balancer> | TransitionRule)[] = [
  {
    cel: `${MISFIT}.size() == 0`,
    message:
      'listener {port} has protocol {protocol}, which no load balancer of type {self.type} has: Application has HTTP and HTTPS, Network has TCP and TLS; change protocol, or type',
    path: ['listeners'],
    check: (self) => misfit(self) === undefined,
    show: {
      port: { cel: `string(${MISFIT}[0].port)`, of: (self) => String(misfit(self)?.port) },
      protocol: { cel: `${MISFIT}[0].protocol`, of: (self) => misfit(self)?.protocol ?? '' },
    },
  },
  {
    cel: `${ASTRAY}.size() == 0`,
    message:
      'listener {port} redirects to {to}, where no listener has HTTPS: add one, or redirect to the port of another',
    path: ['listeners'],
    check: (self) => astray(self) === undefined,
    show: {
      port: { cel: `string(${ASTRAY}[0].port)`, of: (self) => String(astray(self)?.port) },
      to: { cel: `string(${ASTRAY}[0].redirectTo)`, of: (self) => String(astray(self)?.redirectTo) },
    },
  },
  {
    cel: `${TWIN}.size() == 0`,
    message: 'rule {name} lets in whom another one lets in already, and AWS keeps one of them: keep one',
    path: ['ingress'],
    check: (self) => twin(self) === undefined,
    show: { name: { cel: `${TWIN}[0].name`, of: (self) => twin(self)?.name ?? '' } },
  },
  {
    cel: `self.type == 'Network' || ${PROTOCOL} != 'TCP'`,
    message:
      'loadBalancer.healthCheck.protocol is TCP, and an Application load balancer asks over HTTP or HTTPS: choose one of them, or leave it out',
    path: ['healthCheck', 'protocol'],
    check: (self) => self.type === 'Network' || protocolOf(self) !== 'TCP',
  },
  {
    cel: `${PROTOCOL} != 'TCP' || !(has(self.healthCheck.path) || has(self.healthCheck.successCodes))`,
    message:
      'loadBalancer.healthCheck: a check over TCP has neither path nor successCodes: set protocol to HTTP or HTTPS, or leave them out',
    path: ['healthCheck'],
    check: (self) =>
      protocolOf(self) !== 'TCP' ||
      (self.healthCheck.path === undefined && self.healthCheck.successCodes === undefined),
  },
  {
    cel: 'self.healthCheck.timeoutSeconds < self.healthCheck.intervalSeconds',
    message:
      'loadBalancer.healthCheck: timeoutSeconds {timeout} has to be less than intervalSeconds {interval}: lower the first, or raise the second',
    path: ['healthCheck', 'timeoutSeconds'],
    check: ({ healthCheck }) => healthCheck.timeoutSeconds < healthCheck.intervalSeconds,
    show: {
      timeout: {
        cel: 'string(self.healthCheck.timeoutSeconds)',
        of: ({ healthCheck }) => String(healthCheck.timeoutSeconds),
      },
      interval: {
        cel: 'string(self.healthCheck.intervalSeconds)',
        of: ({ healthCheck }) => String(healthCheck.intervalSeconds),
      },
    },
  },
  {
    cel: "!has(self.webAcl) || self.type == 'Application'",
    message:
      'loadBalancer.webAcl is of requests over HTTP, and AWS WAF takes no Network load balancer: take it away, or take an Application load balancer',
    path: ['webAcl'],
    check: ({ type, webAcl }) => webAcl === undefined || type === 'Application',
  },
  {
    cel: "!has(self.privateLinkInboundRules) || self.type == 'Network'",
    message:
      'loadBalancer.privateLinkInboundRules is of PrivateLink, which leads to no Application load balancer: take it away, or take a Network load balancer',
    path: ['privateLinkInboundRules'],
    check: ({ type, privateLinkInboundRules }) => privateLinkInboundRules === undefined || type === 'Network',
  },
  keptOrNever('name', 'loadBalancer.name', AS_IT_WAS),
  keptOrNever('targetGroupName', 'loadBalancer.targetGroupName', AS_IT_WAS),
];

/** The part of an EcsService's spec that rules about its load balancer look at. */
interface Spec {
  task: { containers: { name: string; ports: { port: number; protocol: string }[] }[] };
  service: { healthCheckGracePeriodSeconds?: number | undefined };
  loadBalancer?: { target: { container?: string | undefined; port?: number | undefined } } | undefined;
}

/** Container and port of every TCP port to which a load balancer may send, as its target says. */
export function targetsOf({ task, loadBalancer }: Spec): { container: string; port: number }[] {
  const { container, port: wanted } = loadBalancer?.target ?? {};
  return task.containers
    .filter(({ name }) => container === undefined || name === container)
    .flatMap(({ name, ports }) =>
      ports
        .filter(({ port, protocol }) => protocol === 'tcp' && (wanted === undefined || port === wanted))
        .map(({ port }) => ({ container: name, port })),
    );
}
const TARGET = 'self.loadBalancer.target';
const TARGETS = `self.task.containers.map(c, has(c.ports) && (!has(${TARGET}.container) || c.name == ${TARGET}.container) ? c.ports.filter(p, (!has(p.protocol) || p.protocol == 'tcp') && (!has(${TARGET}.port) || p.port == ${TARGET}.port)).size() : 0).sum()`;

export const balancedRules: readonly Rule<Spec>[] = [
  {
    cel: `!has(self.loadBalancer) || ${TARGETS} == 1`,
    message:
      'loadBalancer.target fits {count} TCP ports of the task’s containers, and has to fit one: name the container and the port in it, and give the container that port',
    path: ['loadBalancer', 'target'],
    check: (self) => self.loadBalancer === undefined || targetsOf(self).length === 1,
    show: { count: { cel: `string(${TARGETS})`, of: (self) => String(targetsOf(self).length) } },
  },
  {
    cel: 'has(self.loadBalancer) || !has(self.service.healthCheckGracePeriodSeconds)',
    message:
      'service.healthCheckGracePeriodSeconds is for a service behind a load balancer: give loadBalancer, or take it away',
    path: ['service', 'healthCheckGracePeriodSeconds'],
    check: ({ loadBalancer, service }) =>
      loadBalancer !== undefined || service.healthCheckGracePeriodSeconds === undefined,
  },
];
