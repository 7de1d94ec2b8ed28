/** Where an API server is and how to shake hands with it; no credentials except a client certificate. */
export interface Endpoint {
  /** Base URL without a trailing slash; may hold a path (a gateway in front of many clusters). */
  server: string;
  /** PEM. Replaces the built-in roots; undefined = the roots that the system trusts. */
  certificateAuthority: string | undefined;
  /** Name to expect in the server's certificate, where it is not the host of the URL. */
  tlsServerName: string | undefined;
  /** Only when the person or the kubeconfig says so. */
  insecureSkipTlsVerify: boolean;
  proxyUrl: string | undefined;
}

/** PEM of a client certificate and its key. */
export interface ClientCertificate {
  certificate: string;
  key: string;
}

/** One HTTP request as it goes over the wire. */
export interface WireRequest {
  method: string;
  url: string;
  /** A name may come several times: each is a header line of its own. */
  headers: [name: string, value: string][];
  body: string | undefined;
  signal: AbortSignal;
}

/** Its answer: the head is there, the body comes. */
export interface WireResponse {
  status: number;
  /** A header's value, several joined by `, `; undefined when absent. */
  header(name: string): string | undefined;
  readText(): Promise<string>;
  readBytes(): AsyncIterable<Uint8Array>;
}

/** Sends requests to one endpoint and keeps connections open between them. */
export interface Wire {
  send(request: WireRequest): Promise<WireResponse>;
  close(): void;
}

/** How to shake hands, in the form that Bun's fetch and WebSocket take. */
export function tlsOf(endpoint: Endpoint, certificate: ClientCertificate | undefined): Bun.TLSOptions & { rejectUnauthorized: boolean } {
  return {
    ca: endpoint.certificateAuthority,
    cert: certificate?.certificate,
    key: certificate?.key,
    serverName: endpoint.tlsServerName,
    rejectUnauthorized: !endpoint.insecureSkipTlsVerify,
  };
}
