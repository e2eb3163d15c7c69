import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { listenForStop, type StopSignals } from './stop-signals.ts';

const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
let stop: StopSignals;
beforeEach(() => {
  exit.mockClear();
  stop = listenForStop();
});
afterEach(() => stop.release());

it.each([
  ['SIGINT', exitCodes.interrupted],
  ['SIGTERM', exitCodes.terminated],
] as const)('aborts at %s, and tells its exit code, whatever comes after it', (signal, code) => {
  expect(stop.signal.aborted).toBe(false);
  process.emit(signal, signal);
  expect(stop.signal.aborted).toBe(true);
  for (let write = 0; write < 3; write++) process.emit('SIGTERM', 'SIGTERM');
  expect(stop.exitCode).toBe(code);
  expect(exit).not.toHaveBeenCalled();
});

it('ends the process at a second Ctrl-C', () => {
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGINT', 'SIGINT');
  expect(exit).toHaveBeenCalledExactlyOnceWith(exitCodes.interrupted);
});

it('gives the signals back', () => {
  const before = process.listenerCount('SIGTERM');
  stop.release();
  expect(process.listenerCount('SIGTERM')).toBe(before - 1);
});
