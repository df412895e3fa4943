import type { Pool, RowDataPacket } from 'mysql2/promise'
import { processCpuMs, type ServerMeter } from './server-meter.ts'

/** Counts by the status variable Questions: statements that clients sent, BEGIN and COMMIT among them. */
export function mysqlMeter(pool: Pool, pid: number): ServerMeter {
  let own = 0
  return {
    async read() {
      const [[row]] = await pool.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Questions'")
      own++
      return { scripts: 0, commands: Number(row?.Value) - own, cpuMs: processCpuMs([pid]) }
    },
  }
}
