/** Script of the trace editor's page. */
import { startTraceEditor } from './app';

const root = document.getElementById('app');
if (root !== null) startTraceEditor(root);
