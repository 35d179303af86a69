import { delimiter, join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { EnvironmentDefinition } from '@slipway/contract/api';
import { noteBuild } from '../resources/environments/change.ts';
import { findEnvironment } from '../resources/environments/find.ts';
import type { Store } from '../store/store.ts';
import { type FinishedBuild, readFinished } from './build/build-folder.ts';
import { planBuild } from './build/plan-build.ts';
import { runBuild } from './build/run-build.ts';
import { createSharedBuilds, type Follower } from './build/shared-builds.ts';
import { readDefinition } from './definition/read-definition.ts';
import { endLeftBuilds } from './end-left-builds.ts';
import type { Environments, ReadyEnvironment } from './environments.ts';
import { choosePython } from './machine/choose-python.ts';
import { describePython } from './machine/describe-python.ts';
import { findPythons } from './machine/find-pythons.ts';
import { searchPath } from './machine/search-path.ts';

/** Looking for Pythons and tools takes a second or two. */
const CHECK_TIMEOUT_MS = 60_000;

export interface EnvironmentsOptions {
  /** Folder of all builds. */
  readonly folder: string;
  readonly store: Store;
}

/** The environments of this machine: checked, built, found. */
export interface LocalEnvironments extends Environments {
  /**
   * What is to be told of a definition. Throws what stands in the way of building it here: everything that is wrong with it
   * (`invalid_argument`), or what this machine lacks (`not_found`, `unsupported`).
   */
  check(definition: EnvironmentDefinition): Promise<readonly string[]>;
  /** Builds an environment, or finds that it is built, and notes that. Throws what `environmentFor` throws. */
  build(workspace: string, reference: string, follower: Follower): Promise<FinishedBuild>;
  /** The packages of a build with their versions. Throws `not_found` if it is gone. */
  lockOf(hash: string): Promise<string>;
  /** Hashes that are being built or looked up now. */
  inWork(): readonly string[];
}

/** The environments of a home. Ends what builds of an earlier server left running. */
export async function openEnvironments({ folder, store }: EnvironmentsOptions): Promise<LocalEnvironments> {
  await endLeftBuilds(folder);
  const builds = createSharedBuilds();
  const inWork = new Map<symbol, string>();

  async function build(workspace: string, reference: string, follower: Follower): Promise<FinishedBuild> {
    const { id, value } = await store.read((reader) => findEnvironment(reader, workspace, reference));
    // What was built for it once stays, also where another tool would be taken today.
    const built = value.build === null ? undefined : await readFinished(join(folder, value.build.hash));
    if (built !== undefined) return built;
    const plan = await planBuild(readDefinition(value.definition).parsed, searchPath(process.env));
    const key = Symbol(id);
    // Until the environment itself names it: housekeeping is not to remove it in between.
    inWork.set(key, plan.hash);
    try {
      const finished =
        (await readFinished(join(folder, plan.hash))) ??
        (await builds.follow(plan.hash, (telling) => runBuild(plan, folder, telling), follower));
      await noteBuild(store, id, finished);
      return finished;
    } finally {
      inWork.delete(key);
    }
  }

  return {
    build,
    async check(definition) {
      const { parsed, warnings } = readDefinition(definition);
      const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
      await planBuild(parsed, searchPath(process.env));
      if (parsed.kind === 'pip') choosePython(parsed.python, await findPythons(process.env, signal));
      if (parsed.kind === 'interpreter') await describePython(parsed.path, signal, { packages: false });
      return warnings;
    },
    async environmentFor(workspace, reference, { report, signal }) {
      const withoutPercent = ({ percent: _own, ...told }: Parameters<typeof report>[0]) => report(told);
      return ready(await build(workspace, reference, { report: withoutPercent, signal }));
    },
    async lockOf(hash) {
      const finished = await readFinished(join(folder, hash));
      if (finished !== undefined) return finished.lock;
      throw new SlipwayError('not_found', 'What was built is no longer there. Build the environment again.', {
        details: { hash },
      });
    },
    inWork: () => [...inWork.values()],
  };
}

function ready({ interpreter, sitePath, hash, env, bin }: FinishedBuild): ReadyEnvironment {
  if (bin === null) return { interpreter, sitePath, hash, env };
  const path = [bin, process.env['PATH']].filter(Boolean).join(delimiter);
  return { interpreter, sitePath, hash, env: { ...env, PATH: path } };
}
