import { formatDuration } from '../core/durations.ts';
import { displayName } from '../run/object-ref.ts';
import type { ObjectTarget, ObjectVerb } from '../run/plan.ts';
import { labelledLines, widthOf, wrapWords } from './lines.ts';
import { renderObjectChanges } from './object-diff.ts';
import type { PlanView } from './plan-view.ts';
import { paint } from './style.ts';

const verbOrder: readonly ObjectVerb[] = ['refuse', 'delete', 'recreate', 'update', 'create', 'skip', 'noop'];

/** The objects of a plan: where their state comes from, how many of each kind of change, then each namespace with its objects. */
export function renderObjects(targets: readonly ObjectTarget[], view: PlanView): string[] {
  const { plan, messages, style, now } = view;
  const [first] = targets;
  const source = first!.source;
  const age = source.kind === 'snapshot' ? formatDuration(now.getTime() - Date.parse(source.takenAt)) : undefined;
  const place = `${messages.plan.context} ${plan.cluster.contextName} (${plan.cluster.server})`;
  const counts = Object.fromEntries(verbOrder.map((verb) => [verb, targets.filter((target) => target.verb === verb).length] as const).filter(([, count]) => count > 0));
  const lines = [...wrapWords(messages.objects.source(source, age), style.columns), `  ${place}`, ...wrapWords(messages.objects.counts(counts), style.columns)];
  const namespaces = [...new Set(targets.map(({ object }) => object.namespace))].sort();
  for (const namespace of namespaces) {
    const shown = targets.filter(({ object, verb }) => object.namespace === namespace && verb !== 'noop');
    if (shown.length === 0) continue;
    lines.push('', paint(style, 'strong', namespace === '' ? messages.objects.clusterScoped : `${messages.plan.namespace} ${namespace}`));
    for (const verb of verbOrder) for (const target of shown.filter((one) => one.verb === verb)) lines.push(...renderObject(target, view));
  }
  return lines;
}

function renderObject(target: ObjectTarget, { messages, style }: PlanView): string[] {
  const width = Math.max(...verbOrder.map((verb) => widthOf(messages.objects.verb(verb)))) + 5;
  const verb = messages.objects.verb(target.verb);
  const because = target.because === undefined ? '' : `   ${messages.objects.reason(target.because)}`;
  const [head = '', ...rest] = labelledLines(`  ${verb}`, width, displayName(target.object) + because, style.columns);
  const tone = { create: 'good', delete: 'bad', recreate: 'careful', refuse: 'bad', update: undefined, skip: undefined, noop: undefined } as const;
  const colour = tone[target.verb];
  const painted = colour === undefined ? head : `  ${paint(style, colour, verb)}${head.slice(verb.length + 2)}`;
  return [painted, ...rest, ...renderObjectChanges(target.changes, style, messages.diff)];
}
