import type { ClientCertificate } from './endpoint.ts';

/** What a plugin hands out. */
export interface BoughtCredential {
  token: string | undefined;
  certificate: ClientCertificate | undefined;
  /** Undefined: good until the server says 401. */
  expiresAt: Date | undefined;
}
