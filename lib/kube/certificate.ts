import { X509Certificate } from 'node:crypto';
import type { ClientCertificate } from './endpoint.ts';

/**
 * Why a client certificate was rejected, where it can be seen in it. The API server itself says only `Unauthorized`
 * to an expired certificate: it asks for one in the handshake but judges it later.
 * @returns undefined when there is none or its dates are right
 */
export function describeExpiry(certificate: ClientCertificate | undefined, now: Date): string | undefined {
  if (!certificate) return undefined;
  const { validFromDate, validToDate } = new X509Certificate(certificate.certificate);
  if (now > validToDate) return `the client certificate expired at ${validToDate.toISOString()}`;
  if (now < validFromDate) return `the client certificate is not valid before ${validFromDate.toISOString()}`;
  return undefined;
}
