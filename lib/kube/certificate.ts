import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ClientCertificate, Endpoint } from './endpoint.ts';

/**
 * Why a client certificate was rejected, where it can be seen in it. The API server itself says only `Unauthorized` to
 * an expired certificate: it asks for one in the handshake but judges it later. A gateway just hangs up.
 * @returns undefined when there is none or its dates are right
 */
export function describeExpiry(certificate: ClientCertificate | undefined, now: Date): string | undefined {
  if (!certificate || !isReadable(() => new X509Certificate(certificate.certificate))) return undefined;
  const { validFromDate, validToDate } = new X509Certificate(certificate.certificate);
  if (now > validToDate) return `the client certificate expired at ${validToDate.toISOString()}`;
  if (now < validFromDate) return `the client certificate is not valid before ${validFromDate.toISOString()}`;
  return undefined;
}

/**
 * Which PEM of the kubeconfig is none; looked for only after a connection could not be opened, because Bun then says no
 * more than `FailedToOpenSocket`.
 */
export function findBrokenPem(endpoint: Endpoint, certificate: ClientCertificate | undefined): string | undefined {
  const { certificateAuthority } = endpoint;
  if (certificateAuthority !== undefined && !isReadable(() => new X509Certificate(certificateAuthority))) return 'certificate-authority';
  if (!certificate) return undefined;
  if (!isReadable(() => new X509Certificate(certificate.certificate))) return 'client-certificate';
  return isReadable(() => createPrivateKey(certificate.key)) ? undefined : 'client-key';
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
