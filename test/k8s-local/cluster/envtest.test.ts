import { describe, expect, it } from 'vitest';

import { pickArchive } from '../../../k8s-local/cluster/envtest.ts';

const entry = (version: string, platform = 'linux-amd64') => ({
  [`envtest-${version}-${platform}.tar.gz`]: { selfLink: `http://host/${version}` },
});
const index = {
  releases: {
    'v1.36.0': entry('v1.36.0'),
    'v1.36.10': entry('v1.36.10'),
    'v1.36.2': entry('v1.36.2'),
    'v1.36.11-rc.0': entry('v1.36.11-rc.0'),
    'v1.36.12': entry('v1.36.12', 'darwin-arm64'),
    'v1.37.0': entry('v1.37.0'),
  },
};

describe('pickArchive', () => {
  it('prefers exactly the version', () => {
    expect(pickArchive(index, 'v1.36.2', 'linux-amd64')?.version).toBe('v1.36.2');
  });
  it('else takes the highest released patch of the same minor for this platform', () => {
    expect(pickArchive(index, 'v1.36.1', 'linux-amd64')?.version).toBe('v1.36.10');
  });
  it('never takes another minor', () => {
    expect(pickArchive(index, 'v1.35.0', 'linux-amd64')).toBeUndefined();
    expect(pickArchive({}, 'v1.36.1', 'linux-amd64')).toBeUndefined();
  });
});
