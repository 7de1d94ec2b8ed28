import { describe, expect, test } from 'vitest';
import type { OutputStream } from '../../../lib/core/context.ts';
import { english } from '../../../lib/output/messages/en.ts';
import { showLines } from '../../../lib/output/progress-lines.ts';
import { drawView, showLive } from '../../../lib/output/progress-live.ts';
import { applyEvent, endView, startView } from '../../../lib/output/progress-view.ts';
import { plainStyle } from '../../../lib/output/style.ts';
import type { PodProgress, RunEvent } from '../../../lib/run/events.ts';
import { now, samplePlan } from './sample-plan.ts';

const plan = samplePlan();
const [keep, patch, wait] = plan.steps as [typeof plan.steps[0], typeof plan.steps[0], typeof plan.steps[0]];

const pod = (ordinal: number, change: Partial<PodProgress> = {}): PodProgress => ({ name: `thanos-receive-${ordinal}`, revision: 'target', hash: '64696cc595', state: 'stable', ...change });
const pods = (list: PodProgress[]): RunEvent => ({ type: 'step-progress', step: wait, code: 'pods', params: {}, pods: list });
const old = (ordinal: number) => pod(ordinal, { revision: 'other', state: 'ready' });

const story: RunEvent[] = [
  { type: 'run-started', runId: 'r-7k2m4d', resumed: false },
  { type: 'step-started', step: keep },
  { type: 'step-done', step: keep, already: false, result: { bytes: 1_258_291 } },
  { type: 'step-started', step: patch },
  { type: 'step-done', step: patch, already: false, result: { generation: 41 } },
  { type: 'step-started', step: wait },
  pods([pod(2, { revision: 'other', state: 'not-ready', reason: 'CrashLoopBackOff' }), old(1), old(0)]),
  { type: 'step-progress', step: wait, code: 'evicting', params: { pod: 'thanos-receive-2', reason: 'CrashLoopBackOff' } },
  { type: 'step-progress', step: wait, code: 'evicted', params: { pod: 'thanos-receive-2' } },
  pods([pod(2, { state: 'missing' }), old(1), old(0)]),
  pods([pod(2, { state: 'missing' }), old(1), old(0)]),
  pods([pod(2), old(1), old(0)]),
];

function memoryStream(): OutputStream & { text(): string } {
  let text = '';
  return { isTTY: false, columns: 80, text: () => text, write: async (more) => void (text += more) };
}

describe('without a terminal', () => {
  test('one plain line an event, and nothing twice', async () => {
    const stream = memoryStream();
    const progress = showLines({ plan, messages: english, stream, now: () => now });
    for (const event of story) progress.emit(event);
    progress.say('Stopping.');
    await progress.stop();
    expect(stream.text()).toBe(`\
run r-7k2m4d: statefulset/thanos-receive → revision 6 (64696cc595)
evidence: kept, 1.2 MiB
template: patched, generation 41
pods: thanos-receive-2 CrashLoopBackOff   old revision
pods: thanos-receive-1 Ready   old revision
pods: thanos-receive-0 Ready   old revision
pods: evicting thanos-receive-2 (CrashLoopBackOff): it blocks the roll-out
pods: thanos-receive-2 evicted, waiting for its successor
pods: thanos-receive-2 not there yet
pods: thanos-receive-2 Ready
Stopping.
`);
  });

  test('what a pod says cannot move the cursor', async () => {
    const stream = memoryStream();
    const progress = showLines({ plan, messages: english, stream, now: () => now });
    progress.emit(pods([pod(0, { state: 'not-ready', reason: 'a\u001b[1Ab' })]));
    await progress.stop();
    expect(stream.text()).not.toContain('\u001b');
  });
});

const picture = { messages: english, style: plainStyle, nowMs: now.getTime() + 12_000, picture: 0, columns: 80, rows: 24 };
const viewAfter = (events: RunEvent[]) => events.reduce((view, event) => applyEvent(view, event, english, now.getTime()), startView(plan, english));

describe('on a terminal', () => {
  test('one region: what is done, what goes on with its pods and its time, what waits', () => {
    expect(drawView(viewAfter(story.slice(0, 10)), picture)).toEqual([
      'statefulset/thanos-receive → revision 6 (64696cc595)                run r-7k2m4d',
      '✔ evidence   kept, 1.2 MiB',
      '✔ template   patched, generation 41',
      '◌ pods       thanos-receive-2  not there yet                                 12s',
      '             thanos-receive-1  Ready   old revision',
      '             thanos-receive-0  Ready   old revision',
      '             thanos-receive-2 evicted, waiting for its successor',
    ]);
  });

  test('what was said of a pod goes when the pod is Ready', () => {
    expect(drawView(viewAfter(story), picture).join('\n')).not.toContain('successor');
  });

  test('no line is wider than the terminal, none is below its last row, and the pod in trouble is not the one that is cut', () => {
    const many = Array.from({ length: 60 }, (_, ordinal) => pod(ordinal, ordinal === 57 ? { state: 'not-ready', reason: 'CrashLoopBackOff' } : {}));
    const lines = drawView(viewAfter([...story.slice(0, 6), pods(many)]), { ...picture, columns: 40, rows: 12 });
    expect(lines.length).toBeLessThan(12);
    expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(40);
    expect(lines.join('\n')).toContain('thanos-receive-57');
    expect(lines.at(-1)).toContain('more pods');
  });

  test('a run that stops shows no step as going on', () => {
    const lines = drawView(endView(viewAfter(story.slice(0, 7))), picture);
    expect(lines[3]).toMatch(/^✗ pods/);
  });

  test('the region is drawn, and stays when it stops', async () => {
    const stream = { ...memoryStream(), isTTY: true };
    const progress = showLive({ plan, messages: english, stream, now: () => now, style: plainStyle, rows: () => 24 });
    for (const event of story) progress.emit(event);
    progress.say('Stopping.');
    await progress.stop();
    const text = Bun.stripANSI(stream.text());
    expect(text).toContain('Stopping.');
    expect(text).toContain('✔ template   patched, generation 41');
    // Only what changed is written again: here the symbol of the step that did not end.
    expect(text.trimEnd()).toMatch(/✗ pods {7}thanos-receive-2 {2}Ready$/);
  });
});
