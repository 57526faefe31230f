import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findGo } from '../../../k8s-local/cluster/go-tool.ts';
import { startGuard, type Guard } from '../../../k8s-local/cluster/guard.ts';
import { goPlatform } from '../../../k8s-local/cluster/pins.ts';
import { fakeMachine, type FakeMachine } from './fakes.ts';

let machine: FakeMachine;
let guard: Guard;
beforeEach(async () => {
  machine = await fakeMachine();
  guard = startGuard();
});
afterEach(async () => {
  await guard.release();
  await machine.remove();
});

const find = () => findGo({ ...machine, guard });

/** A Go that says a version, and where it fetches a module puts a Go there as modules have it: nothing executable. */
const oldGo = (says: string) => `
echo "$@ toolchain=$GOTOOLCHAIN" >> ${machine.root}/go.log
case "$1 $2" in
  "version "*) ${says} ;;
  "mod download")
    root=$GOMODCACHE/$3
    mkdir -p $root/bin $root/pkg/tool/here
    for name in bin/go bin/gofmt pkg/tool/here/compile; do echo '#!/bin/sh' > $root/$name; done ;;
esac`;

describe('findGo', () => {
  it.each(['1.26.0', '1.26.3', '1.27', '2.0.1'])(
    'takes the Go of the machine where it is %s',
    async (version) => {
      await machine.install('go', `echo go version go${version} linux/amd64`);
      const tool = await find();
      expect(tool.go).toBe(join(machine.root, 'bin', 'go'));
      expect(tool.env).toMatchObject({
        GOMODCACHE: join(machine.cache, 'go', 'mod'),
        GOCACHE: join(machine.cache, 'go', 'build'),
        GOFLAGS: '-modcacherw -buildvcs=false',
      });
      expect(tool.env).not.toHaveProperty('GOTOOLCHAIN');
    },
  );

  it.each([
    ['older', 'echo go version go1.19.8 linux/amd64'],
    ['older by a minor version', 'echo go version go1.25.9 linux/amd64'],
    ['older and may not fetch by itself', 'echo "go.mod requires go >= 1.26.0" >&2; exit 1'],
  ])('fetches the one of go.mod, once, where it is %s', async (_case, says) => {
    await machine.install('go', oldGo(says));
    const module = `golang.org/toolchain@v0.0.1-go1.26.0.${goPlatform()}`;
    const root = join(machine.cache, 'go', 'mod', module);
    for (const _time of [1, 2]) {
      const { go, env } = await find();
      expect(go).toBe(join(root, 'bin', 'go'));
      expect(env).toMatchObject({ GOTOOLCHAIN: 'local' });
    }
    for (const name of ['bin/go', 'bin/gofmt', 'pkg/tool/here/compile'])
      expect((await stat(join(root, name))).mode & 0o111).toBe(0o111);
    const log = await readFile(join(machine.root, 'go.log'), 'utf8');
    expect(log.match(/^mod download .*$/gm)).toEqual([`mod download ${module} toolchain=local`]);
    expect(machine.lines).toEqual(['fetching Go 1.26.0, which is newer than the Go of this machine']);
  });

  it('says in its own words why it cannot be had', async () => {
    await machine.install(
      'go',
      '[ $1 = version ] && echo go version go1.19 && exit; echo no such host >&2; exit 1',
    );
    await expect(find()).rejects.toThrow(
      `go mod download golang.org/toolchain@v0.0.1-go1.26.0.${goPlatform()} failed: no such host`,
    );
  });

  it('says that there is none', async () => {
    await expect(find()).rejects.toThrow('Go is not on the PATH');
  });
});
