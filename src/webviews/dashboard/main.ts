import { startDashboard } from './app';

startDashboard(document.getElementById('app') ?? document.body);
