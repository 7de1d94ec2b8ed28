import type { Endpoint } from './endpoint.ts';

/** The kubectl flags that choose a cluster and a user. Times in milliseconds. */
export interface KubeFlags {
  kubeconfig?: string;
  context?: string;
  /** A name of the inventory, else of a cluster entry of the kubeconfig (named-cluster.ts). */
  cluster?: string;
  user?: string;
  namespace?: string;
  server?: string;
  token?: string;
  as?: string;
  asGroup?: string[];
  asUid?: string;
  /** 30 000 unless given; 0 = no limit. */
  requestTimeoutMs?: number;
  certificateAuthority?: string;
  clientCertificate?: string;
  clientKey?: string;
  tlsServerName?: string;
  insecureSkipTlsVerify?: boolean;
  /** `kubectl-rollback/1.2.3`, so that the audit log of the API server names us. */
  userAgent?: string;
}

/** Whom the requests act as. */
export interface Impersonation {
  user: string | undefined;
  uid: string | undefined;
  groups: string[];
  extra: Record<string, string[]>;
}

/** A credential plugin of the kubeconfig (`users[].user.exec`). */
export interface ExecPlugin {
  apiVersion: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  installHint: string;
  interactiveMode: 'Never' | 'IfAvailable' | 'Always';
  provideClusterInfo: boolean;
  /** `config` of the cluster's extension `client.authentication.k8s.io/exec`, handed through. */
  clusterConfig: unknown;
}

/** How the kubeconfig proves who we are; paths are absolute. Several may be there: a certificate and a token. */
export interface UserEntry {
  name: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  /** PEM */
  certificate?: string;
  /** PEM */
  key?: string;
  exec?: ExecPlugin;
  /** `users[].user.auth-provider` as it stands in the file. */
  authProvider?: { name: string; config: Record<string, string> };
}

/**
 * What `--cluster` and `--kubeconfig` meant: a name that leads to the cluster by itself on this machine (inventory, context, a file
 * of its own), or the kubeconfig's cluster entry, taken with the user of the context; and the file, as an absolute path.
 */
export interface NamedCluster {
  kubeconfig?: string;
  name?: string;
  entry?: string;
}

/** Everything that is needed to talk to one API server as one user. */
export interface ClusterAccess {
  contextName: string;
  clusterName: string;
  named?: NamedCluster;
  /** The kubeconfig files it comes from, or the service account's directory. */
  source: string;
  namespace: string;
  endpoint: Endpoint;
  user: UserEntry;
  impersonation: Impersonation;
}
