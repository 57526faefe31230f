import type { Subject } from './crash-subjects.ts';
import { edgeAccount, edgeService, makeZone } from './edge-manifests.ts';
import { portal, serviceNetwork } from './manifests.ts';
import type { Manifest } from './world.ts';

/** The hosted zone that was prepared last. */
let zone = '';

/**
 * A service behind a web ACL, reached by a name of its own; edited, it is reached by another, its certificate is for other names,
 * so that another takes its place, and its web ACL has other rules.
 */
export const anEdgeService: Subject = {
  name: 'edge',
  setting: [portal.namespace, edgeAccount, serviceNetwork],
  prepare: async (world) => {
    zone = await makeZone(world);
  },
  get made() {
    return edgeService('edge', zone);
  },
  get edited() {
    return edited();
  },
};

function edited(): Manifest {
  const made = edgeService('edge', zone);
  const { loadBalancer, ...spec } = made.spec as { loadBalancer: object };
  const domainName = 'edge.example.com';
  const certificate = { domainName, subjectAlternativeNames: ['www.example.com'], hostedZoneId: zone };
  return {
    ...made,
    spec: {
      ...spec,
      loadBalancer: {
        ...loadBalancer,
        listeners: [{ port: 443, protocol: 'HTTPS', certificate }],
        domainName: { name: 'www.example.com', hostedZoneId: zone },
        webAcl: {
          managedRuleGroups: [
            { name: 'AWSManagedRulesCommonRuleSet', priority: 10, action: 'Count' },
            { name: 'AWSManagedRulesSQLiRuleSet', priority: 20 },
          ],
        },
      },
    },
  };
}
