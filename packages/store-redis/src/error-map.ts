import { SessError } from '@sess/core'

/** What an error of the driver or the server means for a call. */
export interface Failure {
  /** Whether the same call may succeed in a moment. */
  readonly passes: boolean
  /** Whether the server may have done what it was asked to. */
  readonly mayHaveLanded: boolean
  /** What to tell an operator. */
  readonly sentence: string
}

/** Answers of the server, by their first word. It refused the whole call, unless a script had begun. */
const answers: Readonly<Record<string, Failure>> = {
  LOADING: passing('Redis is loading its data'),
  BUSY: passing('Redis is busy with a script'),
  CLUSTERDOWN: passing('the Redis cluster is down'),
  MASTERDOWN: passing('the Redis master is down'),
  TRYAGAIN: passing('Redis is moving the slot'),
  MOVED: passing('Redis moved the slot'),
  ASK: passing('Redis is moving the slot'),
  READONLY: passing('this Redis is a replica, which takes no writes'),
  NOREPLICAS: refused('Redis has fewer replicas than min-replicas-to-write asks for'),
  OOM: refused('Redis has used up maxmemory'),
  MISCONF: refused('Redis cannot write to its disk'),
  NOAUTH: refused('Redis asks for a password'),
  WRONGPASS: refused('Redis does not take this user and password'),
  NOPERM: refused('this user of Redis may not run what the store needs'),
  CROSSSLOT: refused('this Redis is part of a cluster, and needs a cluster client'),
  NOTREPLICATED: unknown('no replica of Redis has the write yet'),
  WRONGTYPE: { passes: false, mayHaveLanded: true, sentence: 'a key of the store holds something else' },
}

/** Errors of ioredis, by how they begin. */
const drivers: readonly (readonly [RegExp, Failure])[] = [
  [/^Too many Cluster redirections/, unknown('the Redis cluster sends the call round in circles')],
  [/^Failed to refresh slots cache|^None of startup nodes/, passing('no node of the Redis cluster answers')],
  [/^All sentinels are unreachable/, passing('no Redis sentinel answers')],
  [/attempted to access a non local key/, unknown('Redis is moving the slot')],
  [/^Command timed out/, unknown('Redis did not answer in time')],
  [/^Connection is closed|^Cluster is ended|^Command aborted/, unknown('the connection to Redis was lost')],
  [/^No greeting/, unknown('Redis hangs up when it is greeted, as a port for TLS (rediss://) does with plain text')],
  [/DB index is out of range/, refused('Redis has no database of this number')],
  [/^Protocol error|reply type|RESP/, refused('what answers there is not Redis')],
  [/certificate has expired/, refused('the certificate of Redis has expired')],
  [/does not match certificate's altnames/, refused('the certificate of Redis is for another host')],
  [/certificate/, refused('the certificate of Redis is from an authority that is not trusted')],
  [/ENOTFOUND|EAI_AGAIN/, unknown('the host name of Redis does not resolve')],
  [/^Reached the max retries per request/, unknown('Redis cannot be reached')],
  [/ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENETUN|[Ss]ocket/, unknown('Redis cannot be reached')],
]

export function failureOf(error: unknown): Failure {
  // What fails inside a script comes with more words before it from Redis 6: "ERR Error running script …: -OOM …".
  const message = (error instanceof Error ? error.message : `${error}`).replace(
    /^ERR Error running script.*?-(?=[A-Z]+ )/,
    '',
  )
  const word = Object.keys(answers).find((name) => message.startsWith(name) || message.startsWith(`ERR ${name}`))
  return (
    answers[word ?? ''] ??
    drivers.find(([pattern]) => pattern.test(message))?.[1] ?? {
      passes: false,
      mayHaveLanded: true,
      sentence: 'Redis answered with an error',
    }
  )
}

/** The error for a caller. The cause says what happened, without the arguments that ioredis hangs on its errors. */
export function unavailable(
  sentence: string,
  outcome: 'not-written' | 'unknown',
  cause?: unknown,
): SessError<'STORE_UNAVAILABLE'> {
  const options = cause === undefined ? undefined : { cause: withoutArguments(cause) }
  return new SessError('STORE_UNAVAILABLE', sentence, { outcome }, options)
}

function withoutArguments(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('not an error')
  // "unknown command …, with args beginning with: …"
  const bare = new Error(error.message.replace(/, with args beginning with.*/s, ''))
  bare.name = error.name
  if (error.stack !== undefined) bare.stack = error.stack.replace(error.message, bare.message)
  return bare
}

function passing(sentence: string): Failure {
  return { passes: true, mayHaveLanded: false, sentence }
}

function refused(sentence: string): Failure {
  return { passes: false, mayHaveLanded: false, sentence }
}

function unknown(sentence: string): Failure {
  return { passes: true, mayHaveLanded: true, sentence }
}
