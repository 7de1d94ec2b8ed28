import { formatDuration } from '../core/durations.ts';
import type { PodProgress } from '../run/events.ts';
import { cutTo, padTo, widthOf } from './lines.ts';
import type { Messages } from './messages/messages.ts';
import type { Progress, ProgressInput } from './progress-lines.ts';
import { applyEvent, endView, podText, startView, type ProgressView, type StepView } from './progress-view.ts';
import { openRegion } from './region.ts';
import { paint, type Style } from './style.ts';

// Two pictures a second: enough to show that it is alive, too slow to disturb somebody who reads a log beside it.
const pictureMs = 500;
const goingSymbols = ['◌', '○'];

/** Progress on a terminal: one region that is redrawn; what is done stays above when the run ends. */
export function showLive(input: ProgressInput & { style: Style; rows(): number }): Progress {
  const { plan, messages, stream, now, style } = input;
  let view = startView(plan, messages);
  let picture = 0;
  const region = openRegion(stream, input.rows);
  const draw = () => region.draw(drawView(view, { messages, style, nowMs: now().getTime(), picture: picture++, columns: stream.columns ?? 80, rows: input.rows() }).join('\n'));
  const timer = setInterval(draw, pictureMs);
  return {
    emit(event) {
      view = applyEvent(view, event, messages, now().getTime());
      draw();
    },
    say(line) {
      region.persist(line);
      draw();
    },
    stop() {
      clearInterval(timer);
      view = endView(view);
      draw();
      return region.end();
    },
  };
}

export interface Picture {
  messages: Messages;
  style: Style;
  nowMs: number;
  picture: number;
  columns: number;
  rows: number;
}

/** The lines of a view. Never more than the terminal has rows: what scrolls out of it cannot be redrawn. */
export function drawView(view: ProgressView, at: Picture): string[] {
  const id = `${at.messages.run.run} ${view.runId}`;
  const room = at.columns - widthOf(id) - 1;
  const title = cutTo(view.title, room);
  const nameWidth = Math.max(...view.steps.map(({ name }) => widthOf(name)), 0) + 3;
  const head = `${padTo(title, room)} ${id}`;
  const podRoom = Math.max(1, at.rows - view.steps.length - 3);
  return [head, ...view.steps.flatMap((step) => drawStep(step, nameWidth, podRoom, at))];
}

function drawStep(step: StepView, nameWidth: number, podRoom: number, at: Picture): string[] {
  const { style } = at;
  const symbol = {
    waiting: paint(style, 'faint', '·'),
    going: paint(style, 'careful', goingSymbols[at.picture % goingSymbols.length]!),
    done: paint(style, 'good', '✔'),
    stopped: paint(style, 'bad', '✗'),
  }[step.state];
  const label = `${symbol} ${padTo(step.name, nameWidth)}`;
  const indent = ' '.repeat(nameWidth + 2);
  const elapsed = step.state === 'going' ? formatDuration(at.nowMs - step.startedMs) : '';
  const room = at.columns - indent.length - (elapsed === '' ? 0 : widthOf(elapsed) + 1);
  const lines = [...podLines(step, podRoom, at.messages), ...(step.detail === '' ? [] : [step.detail])].map((line) => cutTo(line, room));
  const first = lines[0] ?? '';
  const firstLine = elapsed === '' ? label + first : `${label}${padTo(first, room)} ${elapsed}`;
  return [firstLine.trimEnd(), ...lines.slice(1).map((line) => indent + line)];
}

function podLines({ pods }: StepView, podRoom: number, messages: Messages): string[] {
  const nameWidth = Math.max(...pods.map(({ name }) => widthOf(name)), 0) + 2;
  const shown = pods.length > podRoom ? troubledFirst(pods).slice(0, podRoom - 1) : pods;
  const lines = shown.map((pod) => padTo(pod.name, nameWidth) + podText(pod, messages));
  return shown.length < pods.length ? [...lines, messages.run.morePods(pods.length - shown.length)] : lines;
}

// With 60 pods the healthy ones are cut, not the stuck one.
function troubledFirst(pods: readonly PodProgress[]): PodProgress[] {
  const order = ({ state, revision }: PodProgress) => (state === 'stable' ? 4 : state === 'ready' ? 2 : 0) + (revision === 'target' ? 1 : 0);
  return pods.toSorted((a, b) => order(a) - order(b));
}
