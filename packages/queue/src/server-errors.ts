import { SoftmoeError } from '@softmoe/model';

/** A queue cannot be reached or used, or its other side cannot be worked with. */
export class QueueError extends SoftmoeError {
  override readonly name = 'QueueError';
}

/** Why a server that answers cannot be used, and what to do, by the code that its replies begin with. */
const REPLIES: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  READONLY: ['is a replica, which takes no writes', 'Give the address of its primary.'],
  OOM: [
    'has no memory left for tasks',
    'Raise its maxmemory (redis-cli CONFIG SET maxmemory), or remove what others keep there.',
  ],
  CLUSTER: [
    'is a node of a cluster, over whose nodes a queue cannot be spread',
    'Give the address of a server with cluster-enabled no.',
  ],
  EVICTS: [
    'removes keys when its memory is full, and so would lose tasks',
    'Set its maxmemory-policy to noeviction: redis-cli CONFIG SET maxmemory-policy noeviction.',
  ],
  NOAUTH: ['asks for a password', 'Write redis://:PASSWORD@HOST:PORT.'],
  WRONGPASS: [
    'refuses the user or the password',
    'Correct them; in a URL write / as %2F, @ as %40, # as %23, ? as %3F and % as %25.',
  ],
  NOPERM: [
    'gives this user too few rights',
    'Let it run all commands on the keys bull:*, with redis-cli ACL SETUSER, or give another user.',
  ],
};

/** Reply codes that say what another one says. */
const SYNONYMS: Readonly<Record<string, string>> = {
  CLUSTERDOWN: 'CLUSTER',
  CROSSSLOT: 'CLUSTER',
  MOVED: 'CLUSTER',
};

/** The error of a server that cannot be used for what its replies begin with; undefined for what no word is known. */
export function unusable(code: string, server: string): QueueError | undefined {
  const known = REPLIES[SYNONYMS[code] ?? code];
  return known && new QueueError(known[0], { field: 'queue', value: server, remedy: known[1] });
}

/**
 * What went wrong at a server, in the words of {@link QueueError}. It has no cause: that may hold the password, as an argument
 * of its command.
 */
export function serverError(error: unknown, server: string): SoftmoeError {
  if (error instanceof SoftmoeError) return error;
  const code = replyCode(error);
  const [problem, remedy] =
    code === undefined
      ? ['cannot be reached', 'Start a Redis server there, or correct the address']
      : ['cannot be used', 'Mend the server, or give the address of another one'];
  return (
    (code === undefined ? undefined : unusable(code, server)) ??
    new QueueError(problem, {
      field: 'queue',
      value: server,
      remedy: `${remedy} (${reasonOf(error)}).`,
    })
  );
}

/** Whether a server sent an error as its reply. */
export function isReply(error: unknown): boolean {
  return replyCode(error) !== undefined;
}

/** Whether an error is of a server or of the way to it, and none of ours or of a job. */
export function isOfServer(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return isReply(error) || typeof code === 'string' || message === 'Connection is closed.';
}

function replyCode(error: unknown): string | undefined {
  const { name, message = '' } = error as Error;
  return name === 'ReplyError' ? /^[A-Z]+/.exec(message)?.[0] : undefined;
}

/**
 * Why something failed, in words that hold no part of a password: codes of the network instead of messages with what was
 * taken for host and port, and no text of replies to a log-in, which may repeat its arguments.
 */
function reasonOf(error: unknown): string {
  const { code, message, command } = error as Error & {
    code?: string;
    command?: { name?: string };
  };
  const reply = replyCode(error);
  if (reply !== undefined) {
    const said = command?.name && !/^(auth|hello)$/i.test(command.name);
    return said ? message : reply;
  }
  return typeof code === 'string' ? code : message || 'no answer';
}

/** How long a trouble must have been over before it is told again, in milliseconds. */
const OVER = 60_000;

/** `warn` for troubles that come again and again: each of their messages is told once, until it has not come for a minute. */
export function onceEach(warn: (message: string) => void): (message: string) => void {
  const last = new Map<string, number>();
  return (message) => {
    const now = performance.now();
    const before = last.get(message);
    last.set(message, now);
    if (before === undefined || now - before > OVER) warn(message);
  };
}
