/** The one RPC class: typed requests and notices over any channel that carries structured clones. */

/** A map of requests, also one written as an interface (which has no index signature). */
type RequestMap<R> = { readonly [K in keyof R]: { params: unknown; result: unknown } };
type NoticeMap = object;

/** A channel: a MessagePort, a worker, or a webview. `listen` is called once. */
export interface Channel {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  listen(receive: (message: unknown) => void): void;
  /** Receives at once the cancels that came while this side was busy; for sides that work long without a pause. */
  hear?(): void;
}

/** A result together with the buffers that may be moved instead of copied. */
export class Transferred<T> {
  readonly value: T;
  readonly buffers: readonly ArrayBuffer[];
  constructor(value: T, buffers: readonly ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** What a request handler gets besides its parameters. */
export interface RequestContext {
  readonly requestId: number;
  /** True once the caller cancelled; long work asks now and then, and throws `Cancelled`. */
  cancelled(): boolean;
}

/** The caller cancelled the request. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'Cancelled';
  }
}

export type Handlers<R extends RequestMap<R>> = {
  [K in keyof R]: (
    params: R[K]['params'],
    context: RequestContext,
  ) => R[K]['result'] | Transferred<R[K]['result']> | Promise<R[K]['result'] | Transferred<R[K]['result']>>;
};
export type NoticeHandlers<N extends NoticeMap> = { [K in keyof N]?: (payload: N[K]) => void };

type Message =
  | { t: 'request'; id: number; name: string; params: unknown }
  | { t: 'result'; id: number; value: unknown }
  | { t: 'error'; id: number; message: string; cancelled: boolean }
  | { t: 'cancel'; id: number }
  | { t: 'notice'; name: string; payload: unknown };

/** Whether a message of an Rpc takes a request back. */
export function isCancel(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 't' in message && message.t === 'cancel';
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export interface Call<T> {
  readonly id: number;
  readonly result: Promise<T>;
  cancel(): void;
}

/**
 * One side of a connection. `Out`/`OutN` are the requests and notices this side sends, `In`/`InN`
 * those it answers. A handler that throws rejects the caller's promise with the message.
 */
export class Rpc<
  Out extends RequestMap<Out>,
  OutN extends NoticeMap,
  In extends RequestMap<In>,
  InN extends NoticeMap,
> {
  private readonly channel: Channel;
  private readonly handlers: Handlers<In>;
  private readonly notices: NoticeHandlers<InN>;
  private readonly waiting = new Map<number, Waiting>();
  /** Requests being answered, and whether their caller cancelled them. */
  private readonly underWay = new Map<number, boolean>();
  private nextId = 1;

  constructor(channel: Channel, handlers: Handlers<In>, notices: NoticeHandlers<InN>) {
    this.channel = channel;
    this.handlers = handlers;
    this.notices = notices;
    channel.listen((message) => void this.receive(message));
  }

  request<K extends keyof Out & string>(name: K, params: Out[K]['params']): Promise<Out[K]['result']> {
    return this.call(name, params).result;
  }

  /** As `request`, with a handle to cancel it. */
  call<K extends keyof Out & string>(name: K, params: Out[K]['params']): Call<Out[K]['result']> {
    const id = this.nextId++;
    const result = new Promise<Out[K]['result']>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
    });
    this.send({ t: 'request', id, name, params });
    return { id, result, cancel: () => this.send({ t: 'cancel', id }) };
  }

  notify<K extends keyof OutN & string>(name: K, payload: OutN[K]): void {
    this.send({ t: 'notice', name, payload });
  }

  /** Rejects everything that still waits: the other side is gone. */
  close(reason: string): void {
    for (const waiting of this.waiting.values()) waiting.reject(new Error(reason));
    this.waiting.clear();
  }

  private async receive(raw: unknown): Promise<void> {
    // Other scripts may post to a window too.
    if (typeof raw !== 'object' || raw === null || !('t' in raw)) return;
    const message = raw as Message;
    switch (message.t) {
      case 'request':
        await this.answer(message.id, message.name, message.params);
        return;
      case 'cancel':
        if (this.underWay.has(message.id)) this.underWay.set(message.id, true);
        return;
      case 'notice':
        this.notices[message.name as keyof InN]?.(message.payload as InN[keyof InN]);
        return;
      case 'result':
        this.waiting.get(message.id)?.resolve(message.value);
        this.waiting.delete(message.id);
        return;
      case 'error':
        this.waiting
          .get(message.id)
          ?.reject(message.cancelled ? new Cancelled() : new Error(message.message));
        this.waiting.delete(message.id);
    }
  }

  private async answer(id: number, name: string, params: unknown): Promise<void> {
    try {
      if (!Object.hasOwn(this.handlers, name)) throw new Error(`nobody answers '${name}'`);
      const handler = this.handlers[name as keyof In];
      this.underWay.set(id, false);
      const cancelled = () => {
        this.channel.hear?.();
        return this.underWay.get(id) === true;
      };
      const context = { requestId: id, cancelled };
      const result: unknown = await handler(params, context);
      if (result instanceof Transferred) {
        this.channel.post(
          { t: 'result', id, value: result.value as unknown } satisfies Message,
          result.buffers,
        );
      } else {
        this.send({ t: 'result', id, value: result });
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.send({ t: 'error', id, message, cancelled: error instanceof Cancelled });
    } finally {
      this.underWay.delete(id);
    }
  }

  private send(message: Message): void {
    this.channel.post(message);
  }
}
