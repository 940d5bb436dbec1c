/** Entry of the threads: what one is for is in the data it was started with. */
import { parentPort, workerData } from 'node:worker_threads';
import { defined } from '../base/assert';
import { startAnalysis } from './analysisThread';
import { startRecorder } from './recorderThread';

const port = defined(parentPort, 'the port of the thread');
if (workerData === 'recorder') startRecorder(port);
else startAnalysis(port);
