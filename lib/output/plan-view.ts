import type { Plan } from '../run/plan.ts';
import type { Messages } from './messages/messages.ts';
import type { Style } from './style.ts';

/** What a plan is drawn from. */
export interface PlanView {
  plan: Plan;
  messages: Messages;
  style: Style;
  /** For ages; the laptop's clock, corrected by the server's. */
  now: Date;
  /** The command that does it, printed last; left out where the question follows. */
  doIt?: string;
}
