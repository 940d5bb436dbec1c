import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Channel, Handlers, NoticeHandlers } from '../../src/protocol/rpc';
import { Cancelled, Rpc, Transferred } from '../../src/protocol/rpc';

interface Requests {
  double: { params: number; result: number };
  wait: { params: number; result: string };
  fail: { params: string; result: null };
  move: { params: number; result: Uint8Array };
}
interface Notices {
  said: string;
}
type Caller = Rpc<Requests, Notices, object, Notices>;

/** Two channels joined back to back; each message is cloned, as a real channel does, and delivered later. */
function joined(): { left: Channel; right: Channel; sent: { transfer: number }[] } {
  const sent: { transfer: number }[] = [];
  const ends: ((message: unknown) => void)[] = [];
  const end = (index: number): Channel => ({
    post: (message, transfer) => {
      sent.push({ transfer: transfer?.length ?? 0 });
      const copy: unknown = structuredClone(message, { transfer: [...(transfer ?? [])] });
      setTimeout(() => ends[1 - index]?.(copy), 0);
    },
    listen: (receive) => {
      ends[index] = receive;
    },
  });
  return { left: end(0), right: end(1), sent };
}

function pair(handlers: Partial<Handlers<Requests>> = {}, hears: NoticeHandlers<Notices> = {}) {
  const { left, right, sent } = joined();
  const all: Handlers<Requests> = {
    double: (value) => value * 2,
    wait: async (turns, context) => {
      for (let turn = 0; turn < turns; turn++) {
        if (context.cancelled()) throw new Cancelled();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return 'waited';
    },
    fail: (reason) => {
      throw new Error(reason);
    },
    move: (length) => {
      const bytes = new Uint8Array(length).fill(7);
      return new Transferred(bytes, [bytes.buffer]);
    },
    ...handlers,
  };
  const caller: Caller = new Rpc(left, {}, {});
  const answerer: Rpc<object, Notices, Requests, Notices> = new Rpc(right, all, hears);
  return { caller, answerer, left, right, sent };
}

describe('the RPC', () => {
  it('gives every caller the answer to its own question, in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer(), { maxLength: 30 }), async (numbers) => {
        const order: number[] = [];
        const { caller } = pair({
          double: async (value) => {
            await new Promise((resolve) => setTimeout(resolve, Math.abs(value) % 4));
            order.push(value);
            return value * 2;
          },
        });
        const answers = await Promise.all(numbers.map((value) => caller.request('double', value)));
        assert.deepEqual(
          answers,
          numbers.map((value) => value * 2),
        );
        assert.equal(order.length, numbers.length);
      }),
      { numRuns: 30 },
    );
  });

  it('delivers notices in order and needs no answer to them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string(), { maxLength: 20 }), async (texts) => {
        const heard: string[] = [];
        const { caller } = pair({}, { said: (text) => heard.push(text) });
        for (const text of texts) caller.notify('said', text);
        await caller.request('double', 1);
        assert.deepEqual(heard, texts);
      }),
      { numRuns: 30 },
    );
  });

  it('rejects with the message of what the handler threw', async () => {
    const { caller } = pair();
    await assert.rejects(caller.request('fail', 'no such file'), { name: 'Error', message: 'no such file' });
  });

  it('rejects a request that nobody answers, also one named like a property of every object', async () => {
    const { left, right } = joined();
    const caller = new Rpc<{ constructor: { params: null; result: null } }, object, object, object>(
      left,
      {},
      {},
    );
    const answerer = new Rpc<object, object, object, object>(right, {}, {});
    await assert.rejects(caller.request('constructor', null), /nobody answers 'constructor'/);
    answerer.close('done');
  });

  it('cancels the call that is meant, and no other', async () => {
    const { caller } = pair();
    const cancelled = caller.call('wait', 10_000);
    const kept = caller.call('wait', 5);
    cancelled.cancel();
    await assert.rejects(cancelled.result, Cancelled);
    assert.equal(await kept.result, 'waited');
  });

  it('ignores a cancel that comes after the answer', async () => {
    const { caller } = pair();
    const call = caller.call('double', 4);
    assert.equal(await call.result, 8);
    call.cancel();
    assert.equal(await caller.request('wait', 1), 'waited');
  });

  it('moves the buffers of a transferred result', async () => {
    const { caller, sent } = pair();
    const bytes = await caller.request('move', 5);
    assert.deepEqual(bytes, new Uint8Array(5).fill(7));
    assert.deepEqual(
      sent.map(({ transfer }) => transfer),
      [0, 1],
    );
  });

  it('rejects everything that waits when it is closed, and forgets late answers', async () => {
    const { caller } = pair();
    const waiting = caller.request('wait', 3);
    caller.close('the other side is gone');
    await assert.rejects(waiting, /the other side is gone/);
    assert.equal(await caller.request('double', 2), 4);
  });

  it('survives messages that are none of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (junk) => {
        let receive: (message: unknown) => void = () => undefined;
        const posted: unknown[] = [];
        const channel: Channel = {
          post: (message) => void posted.push(message),
          listen: (listener) => (receive = listener),
        };
        const rpc = new Rpc<object, object, object, object>(channel, {}, {});
        receive(junk);
        receive({ t: 'result', id: 12, value: junk });
        receive({ t: 'cancel', id: 12 });
        await Promise.resolve();
        assert.deepEqual(posted, []);
        rpc.close('done');
      }),
      { numRuns: 100 },
    );
  });
});
