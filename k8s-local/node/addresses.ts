/** Where a node and what is in it are reached: by this machine too, and by nobody else. */
export interface Addresses {
  /** Which of the clusters of this machine: two never have the same. */
  readonly slot: number;
  /** The machine's end of the cable to the node; the other one is the node's `eth0`. */
  readonly link: string;
  readonly host: string;
  readonly node: string;
  /** Of pods. */
  readonly podCidr: string;
  /** Of Services. */
  readonly serviceCidr: string;
  /** Of load balancers. */
  readonly loadBalancerCidr: string;
  readonly dns: string;
  /** Address of the API server. */
  readonly url: string;
}

/** How many clusters a machine may have at once. */
export const SLOTS = 250;

/**
 * The addresses of a slot. The cable's and the load balancers' are of 198.18.0.0/15, which is for measurements in laboratories and therefore no
 * network of a company or a provider.
 */
export const addressesOf = (slot: number): Addresses => ({
  slot,
  link: `landfall${slot}`,
  host: `198.18.${slot}.1`,
  node: `198.18.${slot}.2`,
  podCidr: `10.244.${slot}.0/24`,
  serviceCidr: `10.96.${slot}.0/24`,
  loadBalancerCidr: `198.19.${slot}.0/24`,
  dns: `10.96.${slot}.10`,
  url: `https://198.18.${slot}.2:6443`,
});
