import type { GatewayState, SlipwayError } from '@slipway/contract';
import { type AdminListener, createAdminListener } from '@slipway/transport';

/** What the control plane may ask of the gateway. */
export interface AdminActions {
  readonly token: string;
  readonly state: () => GatewayState;
  /** Puts the routes file in force. */
  readonly reload: () => Promise<void>;
  readonly onError: (error: SlipwayError) => void;
}

/** Opens the admin listener of the gateway: `GET /status`, `POST /reload`; both answer `GatewayState`. */
export function openAdmin({ token, state, reload, onError }: AdminActions): Promise<AdminListener> {
  return createAdminListener({
    token,
    routes: {
      'GET /status': state,
      'POST /reload': async () => {
        await reload();
        return state();
      },
    },
    onError,
  });
}
