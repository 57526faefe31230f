import { get } from 'node:http';
import { PORTS } from './ports.ts';

// The health check of the image, which has no shell and no curl: exit code 0 where the service lives. It runs in the memory of the
// service, so it loads nothing: not even what checks the environment, which the service has done.
const { SERVICE_PORT, SERVICE_MODE } = process.env;
const port = SERVICE_PORT || PORTS[SERVICE_MODE === 'portal' ? 'portal' : 'microservice'];

get({ host: '127.0.0.1', port, path: '/health', timeout: 4000 }, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
)
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1));
