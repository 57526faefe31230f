import { describe, expect, it } from 'vitest';
import { refusal } from '../../fixtures.ts';
import { networkWith } from '../../service-input.ts';
import { specAt } from '../compiled.ts';
import { compileService, containerIn, containerWith, deploymentIn } from './fixtures.ts';

const network = networkWith({
  tiers: [{ name: 'public' }, { name: 'private' }],
  securityGroups: { alb: {}, ecs: {} },
});
const balanced = (loadBalancer: object = {}, spec: object = {}) => ({
  ...containerWith({ ports: [{ port: 8080 }] }),
  loadBalancer: { type: 'Application', listeners: [{ port: 80, protocol: 'HTTP' }], ...loadBalancer },
  ...spec,
});
const compileBalanced = (loadBalancer: object = {}, spec: object = {}, account: object = {}) =>
  compileService(balanced(loadBalancer, spec), { network, account });

describe('the Service of a service', () => {
  it('has the ports of its containers, and is reached from inside alone', () => {
    const ports = [{ port: 8080 }, { port: 53, protocol: 'udp' }];
    expect(specAt(compileService(containerWith({ ports })), 'service')).toEqual({
      type: 'ClusterIP',
      selector: { 'landfall.dev/service': 'web.shop' },
      ports: [
        { name: 'udp-53', port: 53, targetPort: 53, protocol: 'UDP' },
        { name: 'tcp-8080', port: 8080, targetPort: 8080, protocol: 'TCP' },
      ],
    });
  });

  it('is none where nothing listens', () => {
    expect(compileService().nodes.has('service')).toBe(false);
  });

  it('has the ports on which the load balancer listens, all of which lead to its target, and is reached from outside', () => {
    const arn = 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';
    const listeners = [
      { port: 443, protocol: 'HTTPS', certificateArn: arn },
      { port: 80, protocol: 'HTTP', redirectTo: 443 },
    ];
    expect(specAt(compileBalanced({ listeners }), 'service')).toMatchObject({
      type: 'LoadBalancer',
      ports: [
        { name: 'tcp-80', port: 80, targetPort: 8080 },
        { name: 'tcp-443', port: 443, targetPort: 8080 },
      ],
    });
  });

  it('leads to the container and port that the target names', () => {
    const containers = [
      { name: 'a', image: 'a:1', ports: [{ port: 8080 }, { port: 9090 }] },
      { name: 'b', image: 'b:1', ports: [{ port: 8081 }] },
    ];
    const target = { container: 'a', port: 9090 };
    const graph = compileBalanced({ target }, { task: { containers } });
    expect(specAt(graph, 'service')).toMatchObject({ ports: [{ port: 80, targetPort: 9090 }] });
    expect(containerIn(graph, 'a').readinessProbe).toMatchObject({ httpGet: { port: 9090 } });
    expect(containerIn(graph, 'b')).not.toHaveProperty('readinessProbe');
  });

  it('has other ports where the Account says so, and no port twice', () => {
    const ports = [{ port: 80 }, { port: 9090 }];
    const account = (servicePort: number) => ({
      services: [{ name: 'shop', ports: [{ port: 80, servicePort }] }],
    });
    const portsOf = (servicePort: number) =>
      specAt(compileService(containerWith({ ports }), { account: account(servicePort) }), 'service')['ports'];
    expect(portsOf(8000)).toMatchObject([
      { port: 8000, targetPort: 80 },
      { port: 9090, targetPort: 9090 },
    ]);
    expect(refusal(() => portsOf(9090)).message).toBe(
      'the Service of EcsService/web/shop would have port 9090 twice: give each port of spec.task.containers, and in spec.local.services of Account main, another number',
    );
  });
});

describe('probes', () => {
  it('ask for the container’s own check whether it has started and is alive', () => {
    const healthCheck = {
      command: ['CMD-SHELL', 'curl -f localhost'],
      intervalSeconds: 10,
      timeoutSeconds: 4,
      retries: 2,
      startPeriodSeconds: 40,
    };
    const { startupProbe, livenessProbe, readinessProbe } = containerIn(
      compileService(containerWith({ healthCheck })),
    );
    const exec = { command: ['/bin/sh', '-c', 'curl -f localhost'] };
    expect(livenessProbe).toEqual({ exec, periodSeconds: 10, timeoutSeconds: 4, failureThreshold: 2 });
    // As long as AWS would wait: 40 seconds, then twice 10.
    expect(startupProbe).toEqual({ exec, periodSeconds: 3, timeoutSeconds: 4, failureThreshold: 20 });
    expect(readinessProbe).toBeUndefined();
  });

  it('ask for the load balancer’s check whether it may have requests, from when it has started', () => {
    const healthCheck = { path: '/health', intervalSeconds: 10, timeoutSeconds: 4, unhealthyThreshold: 4 };
    const container = containerIn(
      compileBalanced({ healthCheck }, { service: { healthCheckGracePeriodSeconds: 20 } }),
    );
    const httpGet = { path: '/health', port: 8080, scheme: 'HTTP' };
    expect(container.readinessProbe).toEqual({
      httpGet,
      periodSeconds: 10,
      timeoutSeconds: 4,
      failureThreshold: 4,
    });
    expect(container.startupProbe).toEqual({
      httpGet,
      periodSeconds: 3,
      timeoutSeconds: 4,
      failureThreshold: 20,
    });
    expect(container.livenessProbe).toBeUndefined();
  });

  it('ask as the load balancer does: HTTPS or TCP as well, and whether the port is open where other codes are well', () => {
    const readiness = (healthCheck: object) => containerIn(compileBalanced({ healthCheck })).readinessProbe;
    expect(readiness({})).toMatchObject({ httpGet: { path: '/', scheme: 'HTTP' } });
    expect(readiness({ protocol: 'HTTPS' })).toMatchObject({ httpGet: { scheme: 'HTTPS' } });
    expect(readiness({ successCodes: '200-299,301' })).toHaveProperty('httpGet');
    expect(readiness({ successCodes: '200,404' })).toMatchObject({ tcpSocket: { port: 8080 } });
    const network4 = { type: 'Network', listeners: [{ port: 80, protocol: 'TCP' }] };
    expect(containerIn(compileBalanced(network4)).readinessProbe).toMatchObject({
      tcpSocket: { port: 8080 },
    });
  });

  it('are none where nobody asks', () => {
    const container = containerIn(compileService(containerWith({ ports: [{ port: 80 }] })));
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      expect(container).not.toHaveProperty(probe);
  });
});

describe('a pod that goes', () => {
  it('goes on for some seconds, for those who have not heard yet that it does', () => {
    const endOf = (deregistrationDelaySeconds: number) => {
      const graph = compileBalanced({ deregistrationDelaySeconds });
      return [containerIn(graph).lifecycle, deploymentIn(graph).template.spec.terminationGracePeriodSeconds];
    };
    expect(endOf(300)).toEqual([{ preStop: { sleep: { seconds: 5 } } }, 35]);
    expect(endOf(2)).toEqual([{ preStop: { sleep: { seconds: 2 } } }, 32]);
    expect(endOf(0)).toEqual([undefined, 30]);
  });
});

describe('autoscaling', () => {
  const scaled = (autoscaling: object, spec: object = {}) =>
    compileService({ service: { autoscaling: { minCount: 2, maxCount: 6, ...autoscaling }, ...spec } });

  it('is an autoscaler’s, which then says how many pods there are', () => {
    const graph = scaled(
      { cpuPercent: 60, memoryPercent: 70, scaleOutCooldownSeconds: 30, scaleInCooldownSeconds: 120 },
      { desiredCount: 4 },
    );
    expect(deploymentIn(graph)).not.toHaveProperty('replicas');
    const metric = (name: string, averageUtilization: number) => ({
      type: 'Resource',
      resource: { name, target: { type: 'Utilization', averageUtilization } },
    });
    expect(specAt(graph, 'autoscaler')).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [metric('cpu', 60), metric('memory', 70)],
      behavior: {
        scaleUp: {
          policies: [
            { type: 'Percent', value: 100, periodSeconds: 30 },
            { type: 'Pods', value: 4, periodSeconds: 30 },
          ],
        },
        scaleDown: { stabilizationWindowSeconds: 120 },
      },
    });
  });

  it('stays in the bounds of Kubernetes', () => {
    const graph = scaled({
      minCount: 0,
      cpuPercent: 60,
      scaleOutCooldownSeconds: 0,
      scaleInCooldownSeconds: 86_400,
    });
    expect(specAt(graph, 'autoscaler')).toMatchObject({
      minReplicas: 1,
      behavior: {
        scaleUp: { policies: [{ periodSeconds: 1 }, { periodSeconds: 1 }] },
        scaleDown: { stabilizationWindowSeconds: 3600 },
      },
    });
  });

  it('is nobody’s where it goes by schedules and requests alone: as many as it would begin with', () => {
    const schedules = [{ name: 'night', schedule: 'cron(0 20 * * ? *)', minCount: 1 }];
    const graph = scaled({ schedules }, { desiredCount: 9 });
    expect(graph.nodes.has('autoscaler')).toBe(false);
    expect(deploymentIn(graph).replicas).toBe(6);
    const none = scaled({ minCount: 0, maxCount: 0, cpuPercent: 50 });
    expect(none.nodes.has('autoscaler')).toBe(false);
    expect(deploymentIn(none).replicas).toBe(0);
  });
});
