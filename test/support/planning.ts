import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planOfFiles, type Sight } from './planned.ts';
import { type Manifest, World } from './world.ts';

/**
 * A world in which this process plans as `landfall plan` does, of manifests in a folder of its own, beside an operator that
 * carries them out and reads AWS only for what it does.
 */
export class Planning {
  readonly world: World;
  readonly folder: string;

  private constructor(world: World, folder: string) {
    this.world = world;
    this.folder = folder;
  }

  /** `awsEnv` says how long AWS takes for what. */
  static async start(awsEnv: NodeJS.ProcessEnv): Promise<Planning> {
    const planning = new Planning(await World.start(awsEnv), await mkdtemp(join(tmpdir(), 'landfall-plan-')));
    const { world } = planning;
    await world.claim();
    Object.assign(process.env, world.aws.env(), {
      LANDFALL_INSTALLATION: 'local',
      LANDFALL_AWS_RATE_SCALE: '0',
    });
    world.operator({
      env: {
        LANDFALL_FAST_LANE_SECONDS: '60',
        LANDFALL_SLOW_LANE_SECONDS: '600',
        LANDFALL_POLL_SECONDS: '0.1',
      },
    });
    return planning;
  }

  /** What the plan of these objects is, with AWS as it is. They stand in the folder then. */
  async planOf(items: readonly Manifest[]): Promise<Sight> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await writeFile(join(this.folder, 'all.json'), list);
    return planOfFiles(this.world, this.folder);
  }

  async stop(): Promise<void> {
    await this.world.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
