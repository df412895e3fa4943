import type { ConformanceCase } from '@sess/core/conformance'

/** A guard in the scripts, and what to put in its place. At least one case of its topic has to fail then. */
export interface LuaMutant {
  readonly name: string
  readonly topic: ConformanceCase['topic']
  /** Stands in the text of the scripts. */
  readonly guard: string
  readonly instead: string
}

export const luaMutants: readonly LuaMutant[] = [
  {
    name: 'a session of another owner is found',
    topic: 'tenancy',
    guard: "if not s or s.o ~= owner then return nil, '!SESSION_NOT_FOUND' end",
    instead: "if not s then return nil, '!SESSION_NOT_FOUND' end",
  },
  {
    name: 'an expired session is written to',
    topic: 'expiry',
    guard: "if now >= s.x then return nil, '!SESSION_EXPIRED' end",
    instead: '',
  },
  {
    name: 'an expired session is read',
    topic: 'expiry',
    guard: "if s.x <= now then return nil, '!SESSION_EXPIRED' end",
    instead: '',
  },
  {
    name: 'a paused session is written to',
    topic: 'append',
    guard: "if status ~= 'active' and status ~= 'pending' then return '!SESSION_' .. string.upper(status) end",
    instead: '',
  },
  {
    name: 'the key of another session is given again',
    topic: 'keys',
    guard: "if ARGV[11] == 'reject' and type(found) == 'table' then return '!SESSION_EXISTS key' end",
    instead: '',
  },
  {
    name: 'a creation sent twice is refused',
    topic: 'repeat',
    guard: 'if there then return answer(KEYS[1], 1) end',
    instead: "if there then return '!SESSION_EXISTS' end",
  },
  {
    name: 'a limit lets one more in',
    topic: 'limits',
    guard: 'if sum >= tonumber(limits[at]) then',
    instead: 'if sum > tonumber(limits[at]) then',
  },
  {
    name: 'pending sessions hold no place',
    topic: 'limits',
    guard: "local counted = { 'pending', 'active', 'paused' }",
    instead: "local counted = { 'active', 'paused' }",
  },
  {
    name: 'a session that is restored is not counted against the limits',
    topic: 'limits',
    guard: 'if counting[status] and not counting[before] then',
    instead: 'if false then',
  },
  {
    name: 'an old version is written over',
    topic: 'sessions',
    guard: "if version ~= ARGV[3] then return '!VERSION_CONFLICT ' .. version end",
    instead: '',
  },
  {
    name: 'a change of a session sent twice is a conflict',
    topic: 'repeat',
    guard: 'if isDone(f[14], ARGV[2]) then return f end',
    instead: '',
  },
  {
    name: 'a change of a chat sent twice is a conflict',
    topic: 'repeat',
    guard: 'if isDone(f[2], ARGV[2]) then return finished(chatRecord(KEYS[2], c)) end',
    instead: '',
  },
  {
    name: 'a session takes one chat too many',
    topic: 'chats',
    guard: "if ARGV[8] ~= '' and s.nc >= tonumber(ARGV[8]) then return '!CHAT_LIMIT_REACHED' end",
    instead: "if ARGV[8] ~= '' and s.nc > tonumber(ARGV[8]) then return '!CHAT_LIMIT_REACHED' end",
  },
  {
    name: 'a turn begins while another holds its lease',
    topic: 'turns',
    guard: 'if turn.running ~= 0 and now < turn.leaseEnds then',
    instead: 'if false then',
  },
  {
    name: 'a lease never ends',
    topic: 'turns',
    guard: 'if turn.running ~= 0 and now < turn.leaseEnds then',
    instead: 'if turn.running ~= 0 then',
  },
  {
    name: 'a turn that lost its chat is renewed',
    topic: 'turns',
    guard: "if not holds(c, ARGV[2]) then return '!TURN_LOST' end",
    instead: '',
  },
  {
    name: 'a turn that lost its chat writes',
    topic: 'turns',
    guard: "(fence ~= '' and not holds(c, fence) and '!TURN_LOST')",
    instead: "(false and '!TURN_LOST')",
  },
  {
    name: 'a turn that is begun twice gets two fences',
    topic: 'repeat',
    guard: 'if turn.id ~= ARGV[2] then',
    instead: 'if true then',
  },
  {
    name: 'a message id with other content is answered as written',
    topic: 'append',
    guard: 'problem = problem or p.conflict or',
    instead: 'problem = problem or',
  },
  {
    name: 'a rewrite takes a message that stays for its own',
    topic: 'rewrite',
    guard: "if there and there <= last then return '!MESSAGE_CONFLICT ' .. i end",
    instead: '',
  },
  {
    name: 'a full chat that rejects takes a message',
    topic: 'append',
    guard: 'if c.li < 0 and q - c.f + 1 > -c.li then',
    instead: 'if false then',
  },
  {
    name: 'a context takes one key too many',
    topic: 'context',
    guard: "if ARGV[3] ~= '' and keys > tonumber(ARGV[3]) then",
    instead: 'if false then',
  },
  {
    name: 'a context takes too many bytes',
    topic: 'context',
    guard: "if ARGV[4] ~= '' and bytes > tonumber(ARGV[4]) then",
    instead: 'if false then',
  },
  {
    name: 'a claim is given to two',
    topic: 'sweep',
    guard: 'if f[1] ~= ARGV[2] and claimUntil > now then',
    instead: 'if false then',
  },
  {
    name: 'a session is removed by a claim that lapsed',
    topic: 'sweep',
    guard: "if ARGV[3] ~= '' and s.cl ~= ARGV[3] then return 0 end",
    instead: '',
  },
  {
    name: 'a removal sent twice finds nothing',
    topic: 'repeat',
    guard: "call('GET', grave) == epitaph",
    instead: 'false',
  },
]
