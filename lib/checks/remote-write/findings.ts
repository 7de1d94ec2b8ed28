/** `prometheus-0/central`, and where it goes, without credentials. */
interface Queue {
  queue: string;
  url: string;
}

/** `silentAlertMs`: what the shipped alert's expression gives while it does not fire, for it fires above 120 s. */
interface Behind extends Queue {
  lagMs: number;
  /** Seconds of data that leave in one second. */
  pace: number;
  isCapped: boolean;
  silentAlertMs?: number;
}

/** One code of a receiver: requests with it, of how many in all. */
interface Answers {
  receiver: string;
  code: string;
  requests: number;
  of: number;
  overMs: number;
}

/** What the checks of both ends of remote write find. */
export interface RemoteWriteFindings {
  // remote-write
  'queues-flow': { queues: number; idle: number; arrived: number; sinceSentMs: number; overMs: number };
  'queue-refused': Queue & { samples: number; arrived: number; overMs: number; lagMs?: number };
  /** `reason` is Prometheus' word; empty before 2.50, which tells none. */
  'queue-dropped': Queue & { samples: number; reason: string; overMs: number };
  'queue-stopped': Queue & { forMs: number; pending: number; retried: number; waits: number; silentAlertMs?: number };
  'queue-behind': Behind & { etaMs: number };
  'queue-falls-behind': Behind;
  /** Samples are written and its reader reads none. */
  'queue-blind': Queue & { overMs: number };
  /** Nothing left, and its metrics do not tell whether something should have. */
  'queue-silent': Queue & { overMs: number };
  'queue-future': Queue;
  /** Its counters began anew between the scrapes. */
  'queue-new': Queue & { why: 'restart' | 'reload' };
  'sender-idle': { sender: string; overMs: number };
  'sender-restarted': { sender: string; at: string };
  'queue-refused-earlier': Queue & { samples: number; at: string };
  // drained
  'queues-drained': { queues: number; pastAt: string };
  /** `etaMs` is missing where nothing moves yet. */
  'queue-drains': Queue & { leftMs: number; pending: number; waits: number; etaMs?: number };
  'no-queues': { senders: number };
  // receive
  'receive-accepts': { receivers: number; requests: number; samples: number; overMs: number };
  'receive-errors': Answers;
  'receive-refuses': Answers;
  'receive-conflicts': Answers;
  'receive-quiet': { receivers: number; overMs: number };
  'receive-restarted': { receiver: string };
}
