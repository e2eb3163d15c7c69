import { afterEach, expect, it, vi } from 'vitest';
import type { Reply, Request } from '../protocol.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('hears what it is asked before its kernels have started, and answers', async () => {
  // Kernels that never start: a worker that waited for them before it listens would lose the request.
  vi.spyOn(WebAssembly, 'compile').mockReturnValue(new Promise(() => undefined));
  const replies: Reply[] = [];
  let hear: ((event: { data: Request }) => void) | undefined;
  vi.stubGlobal('self', {
    name: JSON.stringify({ wasm: true, simd: true }),
    postMessage: (reply: Reply) => replies.push(reply),
    addEventListener: (_: string, listener: typeof hear) => {
      hear = listener;
    },
  });
  await import('./worker.ts');
  expect(replies).toMatchObject([{ type: 'ready' }]);
  hear?.({ data: { type: 'start', run: 1, source: { kind: 'preset', name: 'relu' } } });
  hear?.({ data: { type: 'sweep', id: 1, dimensions: [16], seeds: 1 } });
  await expect.poll(() => replies).toContainEqual({ type: 'sweep', id: 1, point: undefined });
  expect(replies.filter((reply) => reply.type === 'sweep')[0]?.point?.inputDim).toBe(16);
});
