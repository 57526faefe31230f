import { setTimeout as sleep } from 'node:timers/promises';
import type { Access, Connection, Driver } from '../../k8s-local/databases/drivers.ts';

const PATIENCE_MS = 20_000;

/**
 * As a service has it: connections that serve a few requests each. Whose password is refused reads the secret again, and
 * tries anew; a request only takes longer then.
 */
export class Pool {
  refusals = 0;
  readonly #driver: Driver;
  readonly #read: () => Promise<Access>;
  readonly #ca: string | undefined;
  readonly #idle: { connection: Connection; uses: number }[] = [];
  #access: Access | undefined;

  constructor(driver: Driver, read: () => Promise<Access>, ca: string | undefined) {
    this.#driver = driver;
    this.#read = read;
    this.#ca = ca;
  }

  async run(statement: string): Promise<unknown[]> {
    const held = this.#idle.pop() ?? { connection: await this.#open(), uses: 0 };
    const rows = await held.connection.run(statement);
    held.uses += 1;
    if (held.uses < 5) this.#idle.push(held);
    else await held.connection.close();
    return rows;
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ connection }) => connection.close()));
  }

  async #open(): Promise<Connection> {
    const until = Date.now() + PATIENCE_MS;
    while (true) {
      this.#access ??= await this.#read();
      try {
        return await this.#driver.open(this.#access, this.#ca);
      } catch (error) {
        if (!this.#driver.isRefused(error) || Date.now() > until) throw error;
        this.refusals += 1;
        this.#access = undefined;
        await sleep(50);
      }
    }
  }
}

/** Asks a pool without a pause, four at a time, until `during` is over, which is told how many were answered. One that fails rejects. */
export async function underLoad(
  pool: Pool,
  statement: string,
  during: (answered: () => number) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  let answered = 0;
  const ask = async () => {
    while (!over.signal.aborted) {
      await pool.run(statement);
      answered += 1;
    }
  };
  const asking = Promise.all([ask(), ask(), ask(), ask()]);
  await Promise.race([during(() => answered), asking]).finally(() => over.abort());
  await asking;
}
