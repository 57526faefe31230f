import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { hashPassword } from './password.ts';

const LEAST = 12;

/** Reads a line of standard input, which a terminal does not show. */
async function readPassword(): Promise<string> {
  const { stdin, stderr } = process;
  const terminal = stdin.isTTY;
  // What is typed goes to this output, and so nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal });
  if (terminal) stderr.write('Password: ');
  lines.once('SIGINT', () => process.exit(130));
  try {
    const { value } = await lines[Symbol.asyncIterator]().next();
    return typeof value === 'string' ? value : '';
  } finally {
    lines.close();
    if (terminal) stderr.write('\n');
  }
}

const password = await readPassword();
if (password.length < LEAST) {
  process.stderr.write(`The password needs ${LEAST} characters or more; nothing was hashed.\n`);
  process.exitCode = 1;
} else process.stdout.write(`${await hashPassword(password)}\n`);
