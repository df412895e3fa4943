export { orAbort } from './abort.ts'
export type { Agent, AgentEvent, AgentMessage, RespondingAgent, Turn } from './agent.ts'
export type { AuditEvent, AuditLog } from './audit-log.ts'
export type { CallOptions } from './call-options.ts'
export { Chat, type GetMessagesOptions } from './chat.ts'
export type { ChatUpdate, CreateChatInput } from './chat-fields.ts'
export type { ChatRecord } from './chat-record.ts'
export type { Codec, CodecPlace, CodecSession, SessionCodec } from './codec.ts'
export { chatDataPlace, contextPlace, messagePlace, sessionDataPlace } from './codec-places.ts'
export { type CursorPosition, openCursor, pageLimit, sealCursor } from './cursor.ts'
export { decodedBody } from './decoded-body.ts'
export type { Erasure } from './erase-user.ts'
export {
  type ConfigProblem,
  invalidArgument,
  isSessError,
  type McpDetails,
  SessError,
  type SessErrorCode,
  type SessErrorDetails,
} from './errors.ts'
export type { ChatPlace, SessEventName, SessEvents, SessListener, TurnOutcome } from './events.ts'
export { assertChatId, assertSessionId, isId, newChatId, newId, newSessionId, ownerTail } from './id.ts'
export type { ImportOptions } from './import-session.ts'
export {
  type InstrumentedOptions,
  instrumented,
  type TelemetryMeter,
  type TelemetrySpan,
  type TelemetryTracer,
} from './instrumented-store.ts'
export {
  frozenJson,
  frozenJsonObject,
  type JsonObject,
  type JsonValue,
  jsonBytes,
  jsonEquals,
  utf8Bytes,
} from './json.ts'
export { defaultLimits, type Limits, type SessionLimits } from './limits.ts'
export type { ChatEvent, ChatSnapshot, LiveTurn } from './live/chat-event.ts'
export type { WatchSettings } from './live/watch-settings.ts'
export type { Logger } from './logger.ts'
export {
  bodyOf,
  type Content,
  type FilePart,
  type Message,
  type MessageBody,
  type MessageInput,
  messageText,
  type NewMessage,
  outsideResults,
  type Part,
  type Role,
  type ToolCallPart,
  type ToolResultPart,
  type Usage,
  unansweredCalls,
} from './message.ts'
export { checkedOwner, type Owner, sameOwner } from './owner.ts'
export type { ComposedPart, ComposedPrompt, PromptComposer, PromptRequest } from './prompt-composer.ts'
export type { PromptFailure } from './prompt-source.ts'
export { assertWritable, chatNotFound, sessionExpired, sessionNotFound, versionConflict } from './refusal.ts'
export type { Repair } from './repair-chat.ts'
export { type RepairedHistory, repairHistory } from './repair-history.ts'
export type { PostedMessage, Reply, SendOptions, StreamEvent } from './reply.ts'
export type { ResourceHolder, ResourceReport, ResourceSnapshot, ResourceState } from './resource-holder.ts'
export { Session } from './session.ts'
export { type NewSessionCodec, SessionCodecs } from './session-codecs.ts'
export type { SessionContext } from './session-context.ts'
export type { CreateSessionInput, SessionUpdate } from './session-fields.ts'
export { type ScopeOptions, SessionManager, type SessionManagerOptions } from './session-manager.ts'
export type { SessionRecord } from './session-record.ts'
export type { SessionResource, WorkspaceResource } from './session-resource.ts'
export type { ChatStats, ManagerHealth, SessionStats, SystemStats, UserReport } from './stats.ts'
export type {
  ChatChange,
  ChatRecords,
  CreateChatOptions,
  NewStoredChat,
  Overflow,
  StoredChat,
} from './store/chat-records.ts'
export type { ContextValues, SetContextOptions } from './store/context-values.ts'
export {
  type AppendOptions,
  type AppendResult,
  type MessageLog,
  type MessagePage,
  type MessageRange,
  maxMessagesPerWrite,
  type RewriteOptions,
} from './store/message-log.ts'
export type { ChatRef, Page, PageOptions, SessionRef, WriteOptions } from './store/refs.ts'
export type { SessionKeys, StoredKeys } from './store/session-keys.ts'
export type {
  ClaimedSession,
  ClaimOptions,
  CountSessionsQuery,
  CreateSessionOptions,
  ListSessionsQuery,
  NewStoredSession,
  SessionChange,
  SessionExpiry,
  SessionQuery,
  SessionQuotas,
  SessionRecords,
  SessionStatus,
  StoredSession,
  UpdateSessionOptions,
} from './store/session-records.ts'
export type { Store } from './store/store.ts'
export type { StatsScope, StoreHealth, StoreLifecycle, StoreStats, StoreSupports } from './store/store-lifecycle.ts'
export type { BeginTurnOptions, TurnGrant, Turns } from './store/turns.ts'
export type { CleanupSettings, SweepResult } from './sweep.ts'
export type {
  ToolCall,
  ToolCallOptions,
  ToolDefinition,
  ToolOutcome,
  ToolProvider,
  TurnTools,
  WantedCall,
} from './tool-provider.ts'
export type { TurnSettings, WhenBusy } from './turn-settings.ts'
export type { UpdateOptions } from './update-options.ts'
export { UserSessions, type UserSessionsQuery } from './user-sessions.ts'
