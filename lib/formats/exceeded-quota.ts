import { isMore } from './quantity.ts';

/**
 * Whether a quota that refused one more object takes it in the place of one of its kind: what refused counts nothing but objects, and no
 * more of them are there than it allows. Any other measure (node ports, storage, devices) need not be given back by the old one.
 * @param message of the API server: `… exceeded quota: NAME, requested: R=1, used: R=2, limited: R=2`, each with commas between several
 *   (apiserver/pkg/admission/plugin/resourcequota/controller.go, checkRequest); false for any other
 */
export function isRoomForSuccessor(message: string): boolean {
  const [, used, limited] = /exceeded quota: .*, used: (.*), limited: (.*)$/s.exec(message) ?? [];
  if (used === undefined || limited === undefined) return false;
  const limits = amountsOf(limited);
  return [...amountsOf(used)].every(([resource, amount]) => {
    const limit = limits.get(resource);
    return isCount(resource) && limit !== undefined && !isMore(amount, limit);
  });
}

// `count/secrets`, or the old name of one: pkg/quota/v1/evaluator/core.
function isCount(resource: string): boolean {
  return /^(count\/.+|configmaps|secrets|services|replicationcontrollers|resourcequotas)$/.test(resource);
}

function amountsOf(list: string): Map<string, string> {
  return new Map(list.split(',').map((each) => {
    const at = each.lastIndexOf('=');
    return [each.slice(0, at).trim(), each.slice(at + 1).trim()];
  }));
}
