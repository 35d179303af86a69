import type { Model } from '@slipway/contract/api';
import { conversionDetails } from './conversion.ts';
import { age, bytes, pairs } from './format.ts';
import { details, table } from './table.ts';

/** Models, a line each. */
export function modelTable(models: readonly Model[]): string {
  return table(
    models,
    {
      id: ({ id }) => id,
      framework: ({ framework }) => framework ?? '-',
      ...(models.some(({ randomWeights }) => randomWeights !== null) && { weights: weightsOf }),
      size: ({ size }) => bytes(size),
      tags: ({ tags }) => pairs(tags) ?? '-',
      age: ({ createdAt }) => age(createdAt),
    },
    'There are no models: register one with "slipway model register PATH --name NAME".',
  );
}

/** All of a model. */
export function modelDetails(model: Model): string {
  return details({
    Id: model.id,
    Workspace: model.workspace,
    Description: model.description ?? undefined,
    Framework: [model.framework, model.frameworkVersion].filter(Boolean).join(' ') || undefined,
    Tags: pairs(model.tags),
    Properties: pairs(model.properties),
    Weights: model.randomWeights === null ? undefined : `${weightsOf(model)}: nobody trained them`,
    Parent: model.parentId ?? undefined,
    Derived: model.derivedModelIds.join(', ') || undefined,
    ...(model.conversion !== null && conversionDetails(model.conversion)),
    Digest: model.digest,
    Size: bytes(model.size),
    Files: model.files.map(({ path }) => path).join(', '),
    Created: model.createdAt,
    Updated: model.updatedAt,
  });
}

/** `random, seed 7`. */
function weightsOf({ randomWeights }: Model): string {
  return randomWeights === null ? '-' : `random, ${randomWeights}`;
}
