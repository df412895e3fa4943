import { randomUUID } from 'node:crypto'

/**
 * Makes an empty database and a user who owns it and sees no other.
 *
 * @param adminUrl the URL of a user who may make both.
 */
export async function makeDatabase(adminUrl: string): Promise<string> {
  const name = `sess_${randomUUID().slice(0, 13).replace('-', '')}`
  const url = new URL(adminUrl)
  url.pathname = name
  url.username = name
  url.password = name
  await asAdmin(adminUrl, [
    `CREATE DATABASE ${name}`,
    `CREATE USER '${name}'@'%' IDENTIFIED BY '${name}'`,
    `GRANT ALL ON ${name}.* TO '${name}'@'%'`,
  ])
  return url.href
}

/** Removes what {@link makeDatabase} has made. */
export async function removeDatabase(adminUrl: string, url: string): Promise<void> {
  const name = new URL(url).username
  await asAdmin(adminUrl, [`DROP DATABASE IF EXISTS ${name}`, `DROP USER IF EXISTS '${name}'@'%'`])
}

async function asAdmin(adminUrl: string, statements: readonly string[]): Promise<void> {
  // Loaded here: who needs only Redis does not pay for it.
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ uri: adminUrl })
  try {
    for (const statement of statements) await connection.query(statement)
  } finally {
    await connection.end()
  }
}
