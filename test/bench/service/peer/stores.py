"""What the environment says, by the same names as the service's, and its stores: ten connections each, TLS verified."""

import os
import ssl

import asyncpg
from redis.asyncio import BlockingConnectionPool, Redis, SSLConnection

_POOL = 10
_SCHEMA = """
CREATE TABLE IF NOT EXISTS peer_users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username text NOT NULL UNIQUE,
  email text NOT NULL UNIQUE,
  full_name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
)
"""


class Settings:
    def __init__(self) -> None:
        self.name = os.environ["SERVICE_NAME"]
        self.version = os.environ["SERVICE_VERSION"]
        self.rate_limit = int(os.environ["RATE_LIMIT"])
        self.timeout = 10


async def open_database() -> asyncpg.Pool:
    pool = await asyncpg.create_pool(
        host=os.environ["DB_HOST"],
        port=int(os.environ["DB_PORT"]),
        user=os.environ["DB_USER"],
        password=os.environ["DB_PASS"],
        database=os.environ["DB_NAME"],
        ssl=ssl.create_default_context(cafile=os.environ["DB_CA_FILE"]),
        min_size=_POOL,
        max_size=_POOL,
    )
    await pool.execute(_SCHEMA)
    return pool


def open_redis() -> Redis:
    return Redis(
        connection_pool=BlockingConnectionPool(
            connection_class=SSLConnection,
            host=os.environ["REDIS_HOST"],
            port=int(os.environ["REDIS_PORT"]),
            password=os.environ["REDIS_PASS"],
            ssl_ca_certs=os.environ["REDIS_CA_FILE"],
            decode_responses=True,
            max_connections=_POOL,
        )
    )
