/** Where each mode listens unless SERVICE_PORT says otherwise. */
export const PORTS = { microservice: 8000, portal: 5000 } as const;
