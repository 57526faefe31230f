import { describe, expect, it } from 'vitest';
import { compileEcsService } from '../../../../../operator/compile/ecs-service/ecs-service.ts';
import { refusal } from '../../fixtures.ts';
import { inputWith } from '../../service-input.ts';
import { inputsAt } from '../compiled.ts';
import { compileService, containerIn, containerWith, deploymentIn } from './fixtures.ts';

describe('the pods of a service', () => {
  it('are of a Deployment that is called as the object, in its namespace, chosen by whose they are alone', () => {
    const graph = compileService();
    expect(inputsAt(graph, 'deployment')).toMatchObject({ namespace: 'web', name: 'shop' });
    expect(deploymentIn(graph).selector).toEqual({ matchLabels: { 'landfall.dev/service': 'web.shop' } });
    expect(deploymentIn(graph).template.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'shop',
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/component': 'service',
      'app.kubernetes.io/managed-by': 'landfall',
      'landfall.dev/service': 'web.shop',
      'landfall.dev/network': 'web.net',
      'landfall.dev/tier': 'ecs',
    });
  });

  it('are called otherwise where the Account says so', () => {
    const graph = compileService({}, { account: { services: [{ name: 'shop', as: 'front' }] } });
    expect(inputsAt(graph, 'deployment').name).toBe('front');
    expect(inputsAt(graph, 'service-account').name).toBe('front');
    expect(deploymentIn(graph).template.spec.serviceAccountName).toBe('front');
    expect(deploymentIn(graph).selector).toEqual({ matchLabels: { 'landfall.dev/service': 'web.shop' } });
  });

  it('refuses a name that no Service can have, and says where to give another', () => {
    expect(refusal(() => compileService({}, { metadata: { name: '1shop' } }))).toEqual({
      reason: 'InvalidSpec',
      message:
        'EcsService/web/1shop would be called 1shop here, but a Service of Kubernetes begins with a letter and has small letters, digits and hyphens: give it another name (as) in spec.local.services of Account main',
    });
    const renamed = { account: { services: [{ name: '1shop', as: 'shop' }] }, metadata: { name: '1shop' } };
    expect(inputsAt(compileService({}, renamed), 'deployment').name).toBe('shop');
  });

  it('know nothing of the cluster: no token, and no variables of its Services', () => {
    const { automountServiceAccountToken, enableServiceLinks } = deploymentIn(compileService()).template.spec;
    expect({ automountServiceAccountToken, enableServiceLinks }).toEqual({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    });
    expect(inputsAt(compileService(), 'service-account').body).toEqual({
      automountServiceAccountToken: false,
    });
  });

  it('are spread over zones and nodes where that can be', () => {
    const { topologySpreadConstraints } = deploymentIn(compileService()).template.spec;
    expect(topologySpreadConstraints).toMatchObject([
      { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
      { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
    ]);
  });

  it('are as many as the spec says, none as well, else as the environment does', () => {
    const replicas = (spec: object) => deploymentIn(compileService(spec)).replicas;
    expect(replicas({ service: { desiredCount: 5 } })).toBe(5);
    expect(replicas({ service: { desiredCount: 0 } })).toBe(0);
    expect(replicas({ environment: 'prod' })).toBe(3);
  });

  it('are replaced as the percents of the deployment say', () => {
    const strategyOf = (deployment: object) =>
      deploymentIn(compileService({ service: { deployment } })).strategy;
    expect(strategyOf({})).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '50%', maxSurge: '100%' },
    });
    expect(strategyOf({ minimumHealthyPercent: 100, maximumPercent: 150 })).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '0%', maxSurge: '50%' },
    });
    expect(strategyOf({ minimumHealthyPercent: 0, maximumPercent: 100 })).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '100%', maxSurge: '0%' },
    });
  });

  it('are given up when a rollout takes too long, and without circuit breaker never', () => {
    const deadline = (spec: object) => deploymentIn(compileService(spec)).progressDeadlineSeconds;
    expect(deadline({})).toBe(600);
    expect(deadline({ service: { deployment: { circuitBreaker: 'Disabled' } } })).toBe(2_147_483_647);
    const healthCheck = { command: ['CMD', 'true'], startPeriodSeconds: 100 };
    expect(deadline(containerWith({ healthCheck }))).toBe(600 + 100 + 3 * 30);
  });

  it('are all replaced when the annotation that restarts a service becomes another', () => {
    const metadata = { annotations: { 'landfall.dev/restarted-at': 'monday', other: 'left out' } };
    expect(deploymentIn(compileService({}, { metadata })).template.metadata.annotations).toEqual({
      'landfall.dev/restarted-at': 'monday',
    });
    expect(deploymentIn(compileService()).template.metadata.annotations).toBeUndefined();
  });
});

describe('containers', () => {
  it('have names that Kubernetes takes', () => {
    const containers = [
      { name: 'Web_App', image: 'a:1' },
      { name: 'side-', image: 'b:1' },
    ];
    const names = deploymentIn(compileService({ task: { containers } })).template.spec.containers;
    expect(names.map(({ name }) => name)).toEqual(['web-app', 'side']);
  });

  it('refuses two names that Kubernetes cannot tell apart', () => {
    const containers = [
      { name: 'App', image: 'a:1' },
      { name: 'app', image: 'b:1' },
    ];
    expect(refusal(() => compileService({ task: { containers } })).message).toBe(
      'spec.task.containers has App and app, which are both app in Kubernetes, whose names have small letters and hyphens only: call one of them otherwise',
    );
  });

  it('have their images by the names of the cluster, and keep those that are there', () => {
    const account = { imageRewrites: [{ prefix: 'registry.example.com/', replacement: 'local/' }] };
    const graph = compileService(containerWith({ image: 'registry.example.com/shop:1' }), { account });
    expect(containerIn(graph)).toMatchObject({ image: 'local/shop:1', imagePullPolicy: 'IfNotPresent' });
  });

  it('keep the images that run where others choose them', () => {
    const running = { images: { app: 'pipeline/shop:7' } };
    const account = { imageRewrites: [{ prefix: 'pipeline/', replacement: 'nobody/' }] };
    const graph = compileService({ imageOwner: 'External' }, { running, account });
    expect(containerIn(graph).image).toBe('pipeline/shop:7');
    expect(containerIn(compileService({ imageOwner: 'External' })).image).toBe('shop:1');
  });

  it('have entry point and command, in which nothing is a variable', () => {
    const graph = compileService(
      containerWith({ entryPoint: ['/run', '$(HOME)'], command: ['a', '$$', '$x'] }),
    );
    expect(containerIn(graph)).toMatchObject({ command: ['/run', '$$(HOME)'], args: ['a', '$$$', '$x'] });
  });

  it('run as the user that the spec says by its number, and never as root', () => {
    const contextOf = (user?: string) =>
      containerIn(compileService(containerWith(user === undefined ? {} : { user }))).securityContext;
    expect(contextOf('1000')).toMatchObject({ runAsUser: 1000 });
    expect(contextOf('1000:2000')).toMatchObject({ runAsUser: 1000, runAsGroup: 2000 });
    expect(contextOf('app:2000')).toMatchObject({ runAsGroup: 2000 });
    expect(contextOf('app')).not.toHaveProperty('runAsUser');
    expect(contextOf()).not.toHaveProperty('runAsUser');
    for (const user of ['0', '0:1000', 'root'])
      expect(refusal(() => contextOf(user)).message).toBe(
        `spec.task.containers[app].user is ${user}, and a pod with restricted Pod Security runs nothing as root: give the number of another user, and an image that runs as it`,
      );
  });

  it('write nowhere unless the spec lets them', () => {
    const contextOf = (spec: object) => containerIn(compileService(containerWith(spec))).securityContext;
    expect(contextOf({})).toMatchObject({ readOnlyRootFilesystem: true });
    expect(contextOf({ readonlyRootFilesystem: false })).toMatchObject({ readOnlyRootFilesystem: false });
  });

  it('may listen below 1024 without being root', () => {
    const contextOf = (port: number) =>
      deploymentIn(compileService(containerWith({ ports: [{ port }] }))).template.spec.securityContext;
    expect(contextOf(80)).toMatchObject({
      sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
    });
    expect(contextOf(1024)).not.toHaveProperty('sysctls');
  });

  it('have as long to end as the slowest of them', () => {
    const containers = [
      { name: 'a', image: 'a:1', stopTimeoutSeconds: 10 },
      { name: 'b', image: 'b:1', stopTimeoutSeconds: 90 },
    ];
    const { template } = deploymentIn(compileService({ task: { containers } }));
    expect(template.spec.terminationGracePeriodSeconds).toBe(90);
  });

  it('come after those that they wait for: until these have ended, or are well', () => {
    const healthCheck = { command: ['CMD', 'true'] };
    const containers = [
      { name: 'app', image: 'a:1', dependsOn: [{ container: 'proxy', condition: 'Healthy' }] },
      { name: 'proxy', image: 'b:1', healthCheck, dependsOn: [{ container: 'setup', condition: 'Success' }] },
      { name: 'setup', image: 'c:1', essential: false },
    ];
    const { initContainers = [], containers: others } = deploymentIn(compileService({ task: { containers } }))
      .template.spec;
    expect(initContainers.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
      ['setup', undefined],
      ['proxy', 'Always'],
    ]);
    expect(initContainers[1]?.startupProbe).toMatchObject({ exec: { command: ['true'] } });
    expect(others.map(({ name }) => name)).toEqual(['app']);
  });

  it('refuses containers that wait for each other', () => {
    const containers = [
      { name: 'a', image: 'a:1', dependsOn: [{ container: 'b' }] },
      { name: 'b', image: 'b:1', dependsOn: [{ container: 'a' }] },
    ];
    expect(refusal(() => compileService({ task: { containers } })).message).toBe(
      'spec.task.containers wait for each other: a waits for b waits for a: take one dependsOn away',
    );
  });
});

describe('room', () => {
  const sizesOf = (spec: object, sizeFactor = 1) => {
    const { containers } = deploymentIn(compileService(spec, { account: { sizeFactor } })).template.spec;
    return Object.fromEntries(containers.map(({ name, resources }) => [name, resources]));
  };

  it('is that of the task, by the factor of the Account, and never too little to start', () => {
    expect(sizesOf({}, 0.5)).toEqual({
      app: { requests: { cpu: '125m', memory: '256Mi' }, limits: { cpu: '125m', memory: '256Mi' } },
    });
    expect(sizesOf({}, 0.01)).toEqual({
      app: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '10m', memory: '32Mi' } },
    });
  });

  it('is that of the environment where the spec says none', () => {
    expect(sizesOf({ environment: 'prod' })).toMatchObject({
      app: { limits: { cpu: '1000m', memory: '2048Mi' } },
    });
  });

  it('is shared by the containers as they say, and what is left evenly', () => {
    const containers = [
      { name: 'a', image: 'a:1', cpu: 512, memoryMiB: 512, memoryReservationMiB: 256 },
      { name: 'b', image: 'b:1' },
      { name: 'c', image: 'c:1' },
    ];
    expect(sizesOf({ task: { cpu: 1024, memoryMiB: 2048, containers } })).toEqual({
      a: { requests: { cpu: '500m', memory: '256Mi' }, limits: { cpu: '1000m', memory: '512Mi' } },
      b: { requests: { cpu: '250m', memory: '896Mi' }, limits: { cpu: '1000m', memory: '2048Mi' } },
      c: { requests: { cpu: '250m', memory: '896Mi' }, limits: { cpu: '1000m', memory: '2048Mi' } },
    });
  });

  it('to write is limited and not kept', () => {
    const task = { ephemeralStorageGiB: 30 };
    expect(sizesOf(containerWith({ readonlyRootFilesystem: false }, task), 0.5)).toMatchObject({
      app: { requests: { 'ephemeral-storage': '0' }, limits: { 'ephemeral-storage': '15Gi' } },
    });
  });
});

it('is refused wherever its network would be refused in AWS, in the same words', () => {
  const spec = { networkRef: { name: 'nowhere' } };
  const inAws = () => compileEcsService(inputWith(spec));
  const here = () => compileService(spec);
  const said = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('nothing was refused');
  };
  expect(said(here)).toBe(said(inAws));
});
