// The process of a model alone.
import { serveJob } from '../host/serve-job.ts';
import { loadModel } from './score-model.ts';

serveJob(loadModel);
