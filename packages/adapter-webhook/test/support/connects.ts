import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, vi } from 'vitest';

/** undici gives a connection back one turn of the event loop after its answer ended. */
export async function undiciIdle(): Promise<void> {
  await setImmediate();
}

/** What Node uses to begin a TCP connection; replaced so that not even a failing test sends a packet anywhere. */
interface TcpHandle {
  connect: () => number;
  connect6: () => number;
}

const UV_ECONNREFUSED = -111;

/**
 * Records every TCP connection that is begun in the file's tests, as `address:port`, whoever begins it and whatever was
 * looked up for it. Attempts that leave loopback are recorded and refused.
 */
export function watchConnects(): string[] {
  const attempts: string[] = [];
  beforeEach(() => {
    attempts.length = 0;
    // Through `call`: the method is the prototype's, and the socket is told by each call.
    const original = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect')?.value as (
      ...args: unknown[]
    ) => Socket;
    vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
      this.on('connectionAttempt', (address: string, port: number) => {
        attempts.push(`${address}:${port}`);
        if (address.startsWith('127.')) return;
        const { _handle: handle } = this as unknown as { _handle: TcpHandle };
        handle.connect = handle.connect6 = () => UV_ECONNREFUSED;
      });
      return original.call(this, ...args);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  return attempts;
}
