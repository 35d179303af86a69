import { SlipwayError } from '@slipway/contract';
import { type DeploymentSettings, settingsOfOptions } from '@slipway/sdk';

/** The options of `deploymentCommand` that say how replicas follow the load. */
export interface ScalingFlags {
  readonly replicas?: number | undefined;
  readonly autoscaleEnabled?: boolean | undefined;
  readonly autoscaleMinReplicas?: number | undefined;
  readonly autoscaleMaxReplicas?: number | undefined;
  readonly autoscaleRefreshSeconds?: number | undefined;
  readonly autoscaleTargetUtilization?: number | undefined;
  readonly autoscaleIdleSeconds?: number | undefined;
}

type Scaling = Pick<DeploymentSettings, 'autoscaler' | 'numReplicas'>;

/** What a file says of it. */
type Said = { readonly [F in keyof Scaling]: Scaling[F] | undefined };

/**
 * What the options make of the number of replicas in a file: whoever says a number wants no autoscaling, and the other way
 * round. Throws `invalid_argument` in Azure's words for options that contradict each other.
 */
export function scalingConfig(flags: ScalingFlags, file: Said, purpose: 'deploy' | 'update'): Scaling {
  const { autoscaleMinReplicas: least, autoscaleIdleSeconds: idleSeconds } = flags;
  const enabled = flags.autoscaleEnabled ?? (file.autoscaler != null && flags.replicas === undefined);
  const said = flags.replicas ?? (flags.autoscaleEnabled === true ? undefined : file.numReplicas);
  if (!enabled && idleSeconds !== undefined) throw withoutEnabling('autoscale_idle_seconds');
  if (!enabled && least === 0) throw withoutEnabling('autoscale_min_replicas');
  const { autoscaler } = settingsOfOptions(
    {
      autoscaleEnabled: enabled || flags.autoscaleEnabled,
      // Azure knows no service without replicas, which is nothing to be told of here.
      autoscaleMinReplicas: least === 0 ? undefined : least,
      autoscaleMaxReplicas: flags.autoscaleMaxReplicas,
      autoscaleRefreshSeconds: flags.autoscaleRefreshSeconds,
      autoscaleTargetUtilization: flags.autoscaleTargetUtilization,
      numReplicas: said === 0 ? 1 : said,
    },
    purpose,
  );
  if (autoscaler != null) {
    const more = {
      ...(least === 0 && { minReplicas: 0 }),
      ...(idleSeconds !== undefined && { idleSeconds }),
    };
    return { autoscaler: { ...file.autoscaler, ...autoscaler, ...more } };
  }
  const isOff = autoscaler === null || file.autoscaler === null;
  return { ...(isOff && { autoscaler: null }), ...(said !== undefined && { numReplicas: said }) };
}

function withoutEnabling(field: string): SlipwayError {
  const message = `Invalid configuration, ${field} provided without enabling autoscaling.`;
  return new SlipwayError('invalid_argument', message, { details: { field } });
}
