/** Prints the GPUs of this machine, and what was in the way of finding them, as one JSON document. */
import { findGpus } from '@slipway/transport';

process.stdout.write(`${JSON.stringify(await findGpus())}\n`);
