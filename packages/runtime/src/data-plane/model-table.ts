import { type LoadedModel, SlipwayError } from '@slipway/contract';
import type { ModelRef } from './data-plane.ts';
import type { ServedModel } from './served-model.ts';

/** A version that is ready, and the labels that point at it. */
export interface ReadyVersion {
  readonly served: ServedModel;
  readonly labels: readonly string[];
}

/** The versions that are ready at one moment; a change makes another table. */
export interface ModelTable {
  readonly models: readonly LoadedModel[];
  nameOf(asked: string | undefined): string;
  find(ref: ModelRef): ServedModel | SlipwayError;
}

interface ModelVersions {
  readonly newest: ServedModel;
  readonly byNumber: ReadonlyMap<number, ServedModel>;
  readonly byLabel: ReadonlyMap<string, ServedModel>;
}

/**
 * A table of these versions; `names` are the models in the order of the deployment, the first the default one, which
 * `service` means too where no model is called so.
 */
export function createModelTable(
  ready: readonly ReadyVersion[],
  names: readonly string[],
  service: string | undefined,
): ModelTable {
  const byName = new Map<string, ModelVersions>();
  for (const name of new Set(names)) {
    const own = ready
      .filter(({ served }) => served.loaded.name === name)
      .toSorted((one, other) => other.served.loaded.version - one.served.loaded.version);
    const [newest] = own;
    if (newest !== undefined) byName.set(name, versionsOf(newest, own));
  }
  const models = [...byName.values()].flatMap(({ byNumber }) =>
    [...byNumber.values()].map(({ loaded }) => loaded),
  );
  const [defaultName = ''] = names;
  const nameOf = (asked: string | undefined) =>
    asked === undefined || (asked === service && !names.includes(asked)) ? defaultName : asked;

  return {
    models: Object.freeze(models),
    nameOf,
    find({ model: asked, version, label }) {
      const model = nameOf(asked);
      const versions = byName.get(model);
      if (versions === undefined) return unknownModel(model, models);
      if (version !== undefined)
        return versions.byNumber.get(version) ?? unknownVersion(model, version, models);
      if (label !== undefined) return versions.byLabel.get(label) ?? unknownLabel(model, label, versions);
      return versions.newest;
    },
  };
}

function versionsOf({ served }: ReadyVersion, own: readonly ReadyVersion[]): ModelVersions {
  return {
    newest: served,
    byNumber: new Map(own.map((one) => [one.served.loaded.version, one.served])),
    byLabel: new Map(own.flatMap((one) => one.labels.map((label) => [label, one.served]))),
  };
}

function unknownModel(model: string, models: readonly LoadedModel[]): SlipwayError {
  return notFound(`model "${model}"`, models);
}

function unknownVersion(model: string, version: number, models: readonly LoadedModel[]): SlipwayError {
  return notFound(`model "${model}" version ${version}`, models);
}

function notFound(what: string, models: readonly LoadedModel[]): SlipwayError {
  const ids = models.map(({ name, version }) => `${name}:${version}`);
  const there = ids.length === 0 ? 'none is ready' : `it has ${ids.join(', ')}`;
  return new SlipwayError('not_found', `The service has no ${what}; ${there}.`, { details: { models: ids } });
}

function unknownLabel(model: string, label: string, { byLabel }: ModelVersions): SlipwayError {
  const labels = [...byLabel.keys()];
  const there = labels.length === 0 ? 'none has one' : `the labels are ${labels.join(', ')}`;
  return new SlipwayError(
    'not_found',
    `No ready version of the model "${model}" has the label "${label}"; ${there}.`,
    { details: { model, labels } },
  );
}
