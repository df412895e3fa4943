import type { SessionCodec } from './codec.ts'
import { messagePlace } from './codec-places.ts'
import type { MessageBody, Role } from './message.ts'
import { codecAuthFailed } from './refusal.ts'

/**
 * The body of a message as a store kept it, frozen.
 *
 * @throws {@link SessError} what `SessionCodec.decode` throws; `CODEC_AUTH_FAILED` if its role is not `role`, which the store has beside
 * it as plain text: what a user wrote must not become what the system says.
 */
export function decodedBody(
  codec: SessionCodec,
  bytes: Uint8Array,
  { chatId, id, role }: { readonly chatId: string; readonly id: string; readonly role: Role },
): MessageBody {
  const body = codec.decode(bytes, messagePlace(chatId, id)) as unknown as MessageBody
  if (body.role === role) return body
  throw codecAuthFailed()
}
