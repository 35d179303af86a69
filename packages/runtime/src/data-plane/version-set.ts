import {
  type ErrorBody,
  type ModelVersionState,
  type ReplicaModel,
  SlipwayError,
  toSlipwayError,
  type VersionPhase,
} from '@slipway/contract';
import { findVersion, type KnownVersion, planVersions, type VersionRef } from '../models/plan-versions.ts';
import type { Log } from './log.ts';
import { createModelTable, type ModelTable } from './model-table.ts';
import type { ServedModel } from './served-model.ts';

export interface VersionSetOptions {
  readonly models: readonly ReplicaModel[];
  /** As `DataPlaneOptions` has it. */
  readonly service: string | undefined;
  /** Makes a version ready; `beside` while others serve. Throws `invalid_model`. */
  readonly serve: (model: ReplicaModel, beside: boolean) => Promise<ServedModel>;
  readonly log: Log;
  /** Called after every change of a version's phase. */
  readonly changed: () => void;
}

/** The versions of a replica, which come and go while it serves. */
export interface VersionSet {
  /** What is ready now. */
  table(): ModelTable;
  states(): readonly ModelVersionState[];
  /** What has an engine: also what is about to end, but still answers. */
  served(): readonly ServedModel[];
  /** Loads all; throws the reason if a model has no version that can be loaded. What was loaded is then to be closed. */
  open(): Promise<void>;
  /** As `DataPlane` has them. */
  setModels(models: readonly ReplicaModel[]): Promise<void>;
  loadModel(name: string, version?: number): Promise<void>;
  unloadModel(name: string, version?: number): Promise<void>;
  /** Ends everything, after what is being loaded. */
  close(): Promise<void>;
}

/** A version on its way from `START` to `END`. */
interface Version extends KnownVersion {
  readonly model: ReplicaModel;
  phase: VersionPhase;
  failed: boolean;
  error: ErrorBody | null;
  served: ServedModel | undefined;
}

/** Versions that could not be loaded are told of as long as no more than these are. */
const KEPT_FAILURES = 16;

export function createVersionSet({ models, service, serve, log, changed }: VersionSetOptions): VersionSet {
  const versions: Version[] = [];
  const dismissed = new Set<string>();
  const endings = new Set<Promise<void>>();
  let wanted = models;
  let labels: ReadonlyMap<string, Version> = new Map();
  let table = createModelTable([], [], service);
  let working: Promise<void> | undefined;
  let isClosing = false;

  const isDismissed = (version: VersionRef) => dismissed.has(idOf(version));

  function enter(version: Version, phase: VersionPhase): void {
    version.phase = phase;
    const ready = versions.filter((one) => one.phase === 'AVAILABLE');
    labels = pointLabels(labels, wanted, ready);
    const names = [...wanted, ...versions].map(({ name }) => name);
    table = createModelTable(
      ready.flatMap((one) => (one.served ? [{ served: one.served, labels: labelsOf(one) }] : [])),
      names,
      service,
    );
    changed();
  }

  function labelsOf(version: Version): readonly string[] {
    return [...labels]
      .filter(([, one]) => one === version)
      .map(([key]) => key.slice(version.name.length + 1));
  }

  /** Settles with the reason if it cannot be loaded: that is noted, and nobody's fault here. */
  async function load(model: ReplicaModel, beside: boolean): Promise<SlipwayError | undefined> {
    const version = startOf(model);
    enter(version, 'LOADING');
    try {
      version.served = await serve(model, beside);
      enter(version, 'AVAILABLE');
      return undefined;
    } catch (thrown) {
      const error = toSlipwayError(thrown);
      version.failed = true;
      version.error = error.toJSON();
      forgetFailures(model);
      enter(version, 'END');
      if (beside)
        log.error({ model: idOf(model), err: error }, 'A version could not be loaded; others serve on.');
      return error;
    }
  }

  function startOf(model: ReplicaModel): Version {
    const { name, version } = model;
    const fresh = {
      name,
      version,
      model,
      phase: 'START',
      failed: false,
      error: null,
      served: undefined,
    } as const;
    const index = versions.findIndex((one) => one.name === name && one.version === version);
    versions.splice(index < 0 ? versions.length : index, index < 0 ? 0 : 1, { ...fresh });
    return findVersion(versions, model) as Version;
  }

  function forgetFailures(latest: VersionRef): void {
    const old = versions.filter((one) => one.failed && findVersion(wanted, one) === undefined);
    for (const one of old.slice(0, Math.max(0, old.length - KEPT_FAILURES))) {
      if (idOf(one) !== idOf(latest)) versions.splice(versions.indexOf(one), 1);
    }
  }

  /** Out of the table first: nothing can be submitted to it any more, and it answers what it has. */
  function unload(version: Version): void {
    const { served } = version;
    if (served === undefined) return;
    enter(version, 'UNLOADING');
    const ending = served.close().then(() => {
      endings.delete(ending);
      version.served = undefined;
      if (findVersion(wanted, version) === undefined) versions.splice(versions.indexOf(version), 1);
      enter(version, 'END');
      log.info({ model: idOf(version) }, 'A version has left and its memory is free.');
      void settle();
    });
    endings.add(ending);
  }

  function settle(): Promise<void> {
    working ??= work();
    return working;
  }

  async function work(): Promise<void> {
    // So that `working` is set before it is cleared.
    await Promise.resolve();
    for (let next = step(); next !== undefined; next = step()) await next;
    working = undefined;
  }

  /** Begins what is to be done now; `undefined` if there is nothing to wait for. */
  function step(): Promise<unknown> | undefined {
    if (isClosing) return undefined;
    const plan = planVersions(versions, wanted, isDismissed);
    for (const ref of plan.unload) unload(findVersion(versions, ref) as Version);
    const next = plan.load && findVersion(wanted, plan.load);
    return next && load(next, true);
  }

  async function settled(): Promise<void> {
    await settle();
    await Promise.all(endings);
  }

  /** The wanted versions that a call means; throws `not_found`. */
  function named(name: string, version: number | undefined): readonly ReplicaModel[] {
    const found = wanted.filter((one) => one.name === name && (version ?? one.version) === one.version);
    if (found.length > 0) return found;
    const what = version === undefined ? `model "${name}"` : `version ${version} of the model "${name}"`;
    throw new SlipwayError('not_found', `The deployment of the service has no ${what}.`, {
      details: { models: wanted.map(idOf) },
    });
  }

  async function closeAll(): Promise<void> {
    isClosing = true;
    await working;
    await Promise.all([
      ...endings,
      ...versions.map(({ phase, served }) => phase === 'AVAILABLE' && served?.close()),
    ]);
  }

  return {
    table: () => table,
    states: () => statesOf(versions, wanted, labelsOf),
    served: () => versions.flatMap(({ served }) => served ?? []),
    async open() {
      const failures = new Map<string, SlipwayError>();
      for (const model of wanted) {
        const error = await load(model, false);
        if (error !== undefined) failures.set(idOf(model), error);
      }
      const lost = wanted.find(({ name }) => !table.models.some((loaded) => loaded.name === name));
      if (lost !== undefined) throw failures.get(idOf(lost));
      for (const [model, err] of failures)
        log.error({ model, err }, 'A version could not be loaded; others serve.');
    },
    async setModels(next) {
      wanted = next;
      await settled();
    },
    async loadModel(name, number) {
      const meant = named(name, number);
      for (const model of meant) {
        dismissed.delete(idOf(model));
        const known = findVersion(versions, model);
        if (known?.failed === true) versions.splice(versions.indexOf(known), 1);
      }
      await settled();
      const failed = meant.map((model) => findVersion(versions, model)?.error).find((error) => error != null);
      if (failed != null) throw new SlipwayError(failed.code, failed.message, { details: failed.details });
    },
    async unloadModel(name, number) {
      for (const model of named(name, number)) dismissed.add(idOf(model));
      await settled();
    },
    close: closeAll,
  };
}

function idOf({ name, version }: VersionRef): string {
  return `${name}:${version}`;
}

/** A label moves when the version that it is to point at is ready; until then it stays where it is. */
function pointLabels(
  before: ReadonlyMap<string, Version>,
  wanted: readonly ReplicaModel[],
  ready: readonly Version[],
): ReadonlyMap<string, Version> {
  const pointed = wanted.flatMap((model) =>
    (model.labels ?? []).map((label): readonly [string, Version | undefined] => {
      const key = `${model.name}/${label}`;
      const stays = before.get(key);
      const old = stays !== undefined && ready.includes(stays) ? stays : undefined;
      return [key, findVersion(ready, model) ?? old];
    }),
  );
  return new Map(pointed.filter((pair): pair is readonly [string, Version] => pair[1] !== undefined));
}

/** As the deployment names them; what it no longer names comes last. */
function statesOf(
  versions: readonly Version[],
  wanted: readonly ReplicaModel[],
  labelsOf: (version: Version) => readonly string[],
): readonly ModelVersionState[] {
  const left = versions.filter((version) => findVersion(wanted, version) === undefined);
  return [...wanted, ...left].map(({ name, version }) => {
    const known = findVersion(versions, { name, version });
    const labels = known === undefined ? [] : labelsOf(known);
    return { name, version, phase: known?.phase ?? 'START', labels, error: known?.error ?? null };
  });
}
