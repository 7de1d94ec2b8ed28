import { tlsOf, type ClientCertificate, type Endpoint, type Wire, type WireResponse } from './endpoint.ts';

/**
 * The usual way, where no proxy is in sight: Bun's fetch. It unpacks gzip and needs a third of node:https's time for a request (measured).
 */
export function openFetchWire(endpoint: Endpoint, certificate: ClientCertificate | undefined): Wire {
  const session = new Bun.FetchSession({
    tls: tlsOf(endpoint, certificate),
  });
  return {
    async send({ method, url, headers, body, signal }) {
      // Bun ends a silent answer after some six minutes unless told not to; our own timer and the caller's signal decide.
      const init: BunFetchRequestInit & { timeout: false } = { method, headers, body, signal, redirect: 'manual', timeout: false };
      return wrapResponse(await session.fetch(url, init));
    },
    close: () => session.close(),
  };
}

function wrapResponse(response: Response): WireResponse {
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    readText: () => response.text(),
    readBytes: () => readBytes(response),
  };
}

async function* readBytes(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // A reader who leaves early must not leave the connection filling up behind it.
    await reader.cancel().catch(() => {});
  }
}
