// The process of a script in TypeScript or JavaScript, which runs in a thread: so the process can hear that its job has gone.
import { serveJob } from '../host/serve-job.ts';
import { startScript } from './start-script.ts';

serveJob(startScript);
