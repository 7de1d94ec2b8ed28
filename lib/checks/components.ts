import { RetraceError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Component, Role } from '../prometheus/components.ts';
import type { Endpoint } from '../prometheus/endpoint.ts';
import type { Scene } from './check.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

/** Which component was asked and by which way, or why it could not be. */
export interface Asked {
  role: Role;
  name: string;
  namespace: string;
  way?: Endpoint['way'];
  error?: { code: ErrorCode; params: object };
}

/**
 * Asks all components of some roles at once; one that does not answer says nothing about the others.
 * @param ask what it gives is put beside who was asked
 */
export async function askEach<F extends object>(scene: Scene, roles: readonly Role[], ask: (endpoint: Endpoint, component: Component) => Promise<F>): Promise<(Asked & Partial<F>)[]> {
  const chosen = (await scene.components()).filter(({ role }) => roles.includes(role));
  return Promise.all(
    chosen.map(async (component): Promise<Asked & Partial<F>> => {
      const asked: Asked = { role: component.role, name: component.pod, namespace: component.namespace };
      try {
        const endpoint = await scene.endpoint(component);
        return { ...asked, way: endpoint.way, ...(await ask(endpoint, component)) };
      } catch (error) {
        if (!(error instanceof RetraceError)) throw error;
        return { ...asked, error: { code: error.code, params: error.params } } as Asked & Partial<F>;
      }
    }),
  );
}

/** Of those that could not be asked: inconclusive, each reason once. A right that is missing is missing for all. */
export function notAsked(asked: readonly Asked[]): Finding[] {
  const reasons = new Map(asked.flatMap(({ error }) => (error ? [[JSON.stringify(error.code === 'access.forbidden' ? error.code : error), error] as const] : [])));
  return [...reasons.values()].map((error) => finding('not-observed', 'inconclusive', error));
}

/** What reaching a component needs to be allowed. The API server asks for `create` of an upgrade since 1.35, before for `get`. */
export const endpointNeeds = [
  { verb: 'list', resource: 'pods', group: '' },
  { verb: 'create', resource: 'pods/portforward', group: '' },
  { verb: 'get', resource: 'pods/portforward', group: '' },
] as const;
