/** The library tells of an event stream that it can't have again only here, and goes on as if it were connected. */
export function isGivingUp(error: Error): boolean {
  return error.message.startsWith('Maximum reconnection attempts')
}

/** Whether the library complains of a message that nobody waited for, or that is none. Its own words quote the message. */
export function isStray(error: Error): boolean {
  return (
    error.name === 'ZodError' ||
    error.name === 'SyntaxError' ||
    /^(Received an? |Unknown message type)/.test(error.message)
  )
}
