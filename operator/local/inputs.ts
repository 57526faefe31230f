/** What a Kubernetes object is to be. Ownership is added to its metadata where it is made. */
export interface KubeInputs {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** All its other fields, as `spec` or `data`. What is absent is left to the API server and to others. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A Secret whose values are made once, of random letters and digits, and never shown. */
export interface GeneratedSecretInputs {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Values that are known, by key. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose values are made, and how many characters each has. */
  readonly generated: Readonly<Record<string, number>>;
  /** Values that are put together of the others, by key: `postgresql://{username}:{password}@{host}`. */
  readonly templates?: Readonly<Record<string, string>>;
}

/** Values of a Secret of another namespace, in step with it. */
export interface SecretCopyInputs {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly from: { readonly namespace: string; readonly name: string };
  /** The keys that the copy has. */
  readonly keys: readonly string[];
}

/** The endpoints of a Service without selector, in step with those of another Service, whatever its namespace. */
export interface AliasEndpointsInputs {
  readonly namespace: string;
  /** Name of the Service without selector. */
  readonly service: string;
  readonly from: { readonly namespace: string; readonly name: string };
  /** Names of ports of the alias, by the port that the other Service has. */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}
