import { redactText } from '../core/redaction.ts';
import { RetraceError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { KubeFailure, type StatusCause } from './failures.ts';
import { readRefusal } from './permissions.ts';
import type { KubeRequest } from './types.ts';

export interface Answer {
  status: number;
  body: Json;
  retryAfter: string | undefined;
}

export interface Asker {
  server: string;
  userName: string;
  /** Why the credentials may have been rejected, where it is known (an expired client certificate). */
  credentialDetail: string | undefined;
}

/**
 * The expected error for an answer that is not 2xx. The server's own message is always kept.
 * @param isWrite whether the request could have changed something
 */
export function makeStatusError(request: KubeRequest, answer: Answer, isWrite: boolean, asker: Asker): RetraceError {
  const failure = readStatus(request, answer, isWrite);
  const { status = 0, reason, message } = failure;
  const options = { cause: failure };
  const label = `${request.method} ${request.path}`;
  if (status === 401) {
    const detail = asker.credentialDetail ?? message;
    return new RetraceError('credentials.rejected', { server: asker.server, user: asker.userName, detail }, options);
  }
  if (status === 403) {
    const { user, missing } = readRefusal(request, message);
    return new RetraceError('access.forbidden', { missing, user: user ?? asker.userName, detail: message }, options);
  }
  if (status === 409) return new RetraceError('server.conflict', { object: objectOf(request, answer.body), message }, options);
  if (status >= 500 || status === 429 || status < 400) {
    return new RetraceError('server.error', { status, reason, message, request: label }, options);
  }
  const causes = failure.causes.map(({ field, message: text }) => (field === '' ? text : `${field}: ${text}`));
  return new RetraceError('server.rejected', { message, request: label, causes }, options);
}

function readStatus(request: KubeRequest, { status, body, retryAfter }: Answer, isWrite: boolean): KubeFailure {
  const found = asObject(body);
  const details = asObject(found['details']);
  const seconds = Number(retryAfter ?? details['retryAfterSeconds'] ?? Number.NaN);
  return new KubeFailure({
    method: request.method,
    path: request.path,
    status,
    reason: asText(found['reason']),
    // A proxy in between answers with its own page: its first words tell more than none.
    // Admission rules may quote what was sent to them.
    message: redactText(asText(found['message']) || (typeof body === 'string' ? body.trim().slice(0, 400) : '') || `HTTP ${status}`),
    causes: readCauses(details['causes']),
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
    mayHaveArrived: isWrite && status >= 500,
  });
}

function readCauses(causes: Json | undefined): StatusCause[] {
  if (!Array.isArray(causes)) return [];
  return causes.map(asObject).map((cause) => ({ reason: asText(cause['reason']), message: redactText(asText(cause['message'])), field: asText(cause['field']) }));
}

function objectOf(request: KubeRequest, body: Json): string {
  const details = asObject(asObject(body)['details']);
  const kind = asText(details['kind']);
  return kind === '' ? request.path : `${kind}/${asText(details['name'])}`;
}

function asObject(value: Json | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function asText(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
