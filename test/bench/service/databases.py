"""PostgreSQL and Redis for the bench: what the local AWS runs where its stores really run, without AWS in front of them.

Prints where they are as one line of JSON, and ends with its standard input."""

import hashlib
import json
import secrets
import sys
import tempfile
import time
from pathlib import Path

from landfall_aws.engines import programs
from landfall_aws.engines.authority import Authority
from landfall_aws.engines.engine import Engine, Wanted
from landfall_aws.engines.postgres import Postgres
from landfall_aws.engines.redis import Redis


def main() -> None:
    missing = [name for name in ("initdb", "postgres", "psql") if programs.find(name) is None]
    if programs.cache() is None:
        missing.append("redis-server")
    if missing:
        sys.exit(f"The bench needs {', '.join(missing)}; on Debian and Ubuntu: apt-get install postgresql redis-server.")
    password, token = secrets.token_hex(16), secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="landfall-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        authority = Authority()
        database = Postgres(folder / "0", Wanted("postgres", 5432, True, "bench", (password,), "bench"), authority, None)
        hashed = hashlib.sha256(token.encode()).hexdigest()
        cache = Redis(folder / "1", Wanted("redis", 6379, True, "", (hashed,)), authority, None)
        engines: tuple[Engine, ...] = (database, cache)
        try:
            while any(engine.busy for engine in engines):
                time.sleep(0.05)
            for engine in engines:
                # What went wrong at its start was printed.
                engine.ask()
            environment = {
                "DB_HOST": database.address,
                "DB_PORT": "5432",
                "DB_USER": "bench",
                "DB_PASS": password,
                "DB_NAME": "bench",
                "DB_CA_FILE": str(database.folder / "authority.pem"),
                "REDIS_HOST": cache.address,
                "REDIS_PORT": "6379",
                "REDIS_PASS": token,
                "REDIS_CA_FILE": str(cache.folder / "authority.pem"),
            }
            print(json.dumps(environment), flush=True)
            sys.stdin.read()
        except KeyboardInterrupt:
            pass
        finally:
            for engine in engines:
                engine.kill()


if __name__ == "__main__":
    main()
