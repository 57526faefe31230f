import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../service/config.ts';
import { hashPassword, verifyPassword } from '../../../../service/portal/admin/password.ts';

describe('a password', () => {
  it('is kept with how it was hashed and a salt of its own, and is known again', async () => {
    const [one, other] = await Promise.all([hashPassword('Größe 🔑'), hashPassword('Größe 🔑')]);
    expect(one).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{43}\$[\w-]{43}$/);
    expect(one.split('$')[4]).not.toBe(other.split('$')[4]);
    expect(readConfig({ ADMIN_PASSWORD_HASH: one }).admin.passwordHash).toBe(one);
    await expect(verifyPassword('Größe 🔑', one)).resolves.toBe(true);
    await expect(verifyPassword('Gro\u0308ße 🔑', one), 'typed in another form of Unicode').resolves.toBe(
      true,
    );
    await expect(verifyPassword('größe 🔑', one)).resolves.toBe(false);
    await expect(verifyPassword('', one)).resolves.toBe(false);
  });

  it('is known by what other programs make of it', async () => {
    const script =
      "import hashlib, sys; sys.stdout.write(hashlib.scrypt(b'pass word', salt=bytes(32), n=16384, r=8, p=1, maxmem=2**26, dklen=32).hex())";
    const { stdout } = await promisify(execFile)('python3', ['-c', script]);
    const part = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
    const encoded = `scrypt$16384$8$1$${part('00'.repeat(32))}$${part(stdout)}`;
    await expect(verifyPassword('pass word', encoded)).resolves.toBe(true);
  });

  it.each(['plain', '$2b$12$abc', 'scrypt$1$8$1$c2FsdA$aGFzaA', 'scrypt$32768$8$3$$'])(
    'is not taken from the environment as %s, which is not told',
    (value) => {
      const read = () => readConfig({ ADMIN_PASSWORD_HASH: value });
      expect(read).toThrow('ADMIN_PASSWORD_HASH: must be what npm run hash-password -w service prints');
      expect(read).not.toThrow(value);
    },
  );

  it('is read by the script from its input, and refused where it is short', async () => {
    const run = async (input: string) => {
      const script = spawn(process.execPath, ['service/portal/admin/hash-password.ts']);
      script.stdin.end(input);
      const [out, [code]] = await Promise.all([text(script.stdout), once(script, 'close')]);
      return { out, code: code as unknown };
    };
    const { out, code } = await run('correct horse battery\nanother line\n');
    expect(code).toBe(0);
    await expect(verifyPassword('correct horse battery', out.trim())).resolves.toBe(true);
    expect(await run('short\n')).toEqual({ out: '', code: 1 });
    expect(await run('')).toEqual({ out: '', code: 1 });
  });
});
