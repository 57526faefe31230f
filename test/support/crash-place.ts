import type { KubeProxy } from './kube-proxy.ts';
import type { Manifest, World } from './world.ts';

/** What two runs must leave alike in the place where things are made. */
export interface CrashSight {
  readonly portrait: unknown;
  /** How many objects of each class, or how often each was made. */
  readonly census: unknown;
  /** What is wrong by itself, as ids in the object's status that nobody knows; empty where all is well. */
  readonly faults: readonly string[];
}

/** Creates that the API server has carried out, by their paths, since the run began. */
export type Creations = Readonly<Record<string, number>>;

/** Where the things of subjects are made: how it is got ready, and how the end of a run is looked at there. */
export interface CrashPlace {
  /** Settings of the local AWS. */
  readonly environment: Readonly<Record<string, string>>;
  /** Gets it ready before anything is made. */
  prepare(world: World): Promise<void>;
  /** Everything in it as text. */
  dump(world: World): Promise<string>;
  /** The place as it is now, beside an object that may be gone. */
  look(world: World, object: Manifest | undefined, creations: Creations): Promise<CrashSight>;
  /** Resolves when the operator has looked anew at everything there. */
  refreshed(world: World, kube: KubeProxy): Promise<void>;
  /** Resolves when the operator knows that what was left on purpose has been taken away. */
  forgotten(world: World, kube: KubeProxy): Promise<void>;
  /** Makes a thing that Landfall knows nothing of; returns what takes it away. */
  makeOne(world: World): Promise<() => Promise<void>>;
  /** Ends what stands beside the world. */
  stop(): Promise<void>;
}
