/**
 * Scrapes of real processes: a Prometheus 3.16 agent and a server, each of some 700 samples/s by 1 s scrapes of itself, and
 * Thanos Receive 0.42.4. `outage`: the receiver was killed; `back`: it was started again; `refused`: one receiver with a limit
 * of 10 bytes a request (413), and one that a second agent sends other values for the same series (409).
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readReceive } from '../../../lib/formats/receive.ts';
import type { ReceiveScrape } from '../../../lib/formats/receive.ts';
import { readSender } from '../../../lib/formats/remote-write.ts';
import type { SenderScrape } from '../../../lib/formats/remote-write.ts';

/** @param only the queues to keep; all without it */
export function recordedSender(name: string, ...only: string[]): SenderScrape {
  const { text, at } = recorded(name);
  const scrape = readSender(text, at);
  return only.length === 0 ? scrape : { ...scrape, queues: scrape.queues.filter(({ remoteName }) => only.includes(remoteName)) };
}

export function recordedReceive(name: string): ReceiveScrape {
  const { text, at } = recorded(name);
  return readReceive(text, at);
}

function recorded(name: string): { text: string; at: string } {
  const text = readFileSync(fileURLToPath(new URL(`recorded/${name}.txt`, import.meta.url)), 'utf8');
  return { text, at: /^# scraped at (\S+)/.exec(text)![1]! };
}
