import { listAt, objectsAt, textAt, textsAt } from '../../core/fields.ts';
import type { JsonObject } from '../../core/json.ts';
import { isSelected } from '../../formats/label-selector.ts';
import type { KubeObject } from '../../kube/types.ts';

/**
 * What is read comes before who reads it (stores and receivers before query and ruler): a workload whose arguments or
 * variables name a Service comes after the workloads that the Service stands for. Else by name. Who refer to each other stay
 * in the order of their names.
 */
export function orderByService(workloads: readonly KubeObject[], services: readonly KubeObject[]): KubeObject[] {
  const sorted = [...workloads].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const behind = new Map(sorted.map((workload) => [workload, services.filter((service) => isBehind(workload, service)).map(({ metadata }) => metadata.name)]));
  const ordered: KubeObject[] = [];
  const visit = (workload: KubeObject, readers: readonly KubeObject[]) => {
    if (ordered.includes(workload) || readers.includes(workload)) return;
    const text = wordsOf(workload).join('\n');
    for (const other of sorted) {
      const isRead = other !== workload && behind.get(other)!.some((name) => namesHost(text, name));
      if (isRead) visit(other, [...readers, workload]);
    }
    ordered.push(workload);
  };
  for (const workload of sorted) visit(workload, []);
  return ordered;
}

function isBehind(workload: KubeObject, service: KubeObject): boolean {
  const selector = textsAt(service, 'spec', 'selector');
  const isSameNamespace = service.metadata['namespace'] === workload.metadata['namespace'];
  return isSameNamespace && Object.keys(selector).length > 0 && isSelected({ matchLabels: selector }, textsAt(workload, 'spec', 'template', 'metadata', 'labels'));
}

function wordsOf(workload: JsonObject): string[] {
  return ['initContainers', 'containers'].flatMap((list) =>
    objectsAt(workload, 'spec', 'template', 'spec', list).flatMap((container) => [
      ...['command', 'args'].flatMap((words) => listAt(container, words)).filter((word) => typeof word === 'string'),
      ...objectsAt(container, 'env').map((variable) => textAt(variable, 'value') ?? ''),
    ]),
  );
}

/** As a host name, alone or first of a longer one, also behind a pod's name or an SRV prefix: `dnssrv+_grpc._tcp.thanos-store.monitoring.svc`. */
function namesHost(text: string, service: string): boolean {
  return new RegExp(`(?:^|[^A-Za-z0-9-])${service}(?:[.:/]|$)`, 'm').test(text);
}
