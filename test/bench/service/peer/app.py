"""The peer: the same service on FastAPI, as its own guides have it where speed counts. Its middleware is plain ASGI, since
BaseHTTPMiddleware costs a task for each request; rows and replies go through pydantic once; logs are one write each."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import Body, FastAPI, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from stores import Settings, open_database, open_redis
from surroundings import Surroundings

settings = Settings()
Ttl = Annotated[int, Query(ge=1, le=31_536_000)]
Key = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:-]+$")]


class Hello(BaseModel):
    message: str
    service: str
    version: str
    timestamp: datetime


class NewUser(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=1, max_length=100)
    email: str = Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    full_name: str = Field(min_length=1, max_length=200)


class User(NewUser):
    id: UUID
    created_at: datetime


class Value(BaseModel):
    key: str
    value: Any
    ttl: int


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.redis = open_redis()
    app.state.database = await open_database()
    yield
    await app.state.database.close()
    await app.state.redis.aclose()


app = FastAPI(title="Peer", version=settings.version, lifespan=lifespan)
app.add_middleware(Surroundings, settings=settings, state=app.state)


@app.get("/hello", response_model=Hello)
async def hello() -> Hello:
    return Hello(
        message=f"Hello from {settings.name}",
        service=settings.name,
        version=settings.version,
        timestamp=datetime.now(UTC),
    )


@app.get("/database/cache/{key}", response_model=Value)
async def cached(key: Key, request: Request) -> Value:
    async with asyncio.timeout(settings.timeout):
        async with request.app.state.redis.pipeline(transaction=False) as pipeline:
            text, ttl = await pipeline.get(_named(key)).ttl(_named(key)).execute()
    if text is None or ttl < 0:
        raise HTTPException(404)
    return Value(key=key, value=json.loads(text), ttl=ttl)


@app.post("/database/cache/{key}", response_model=Value, status_code=201)
async def cache(key: Key, value: Annotated[Any, Body()], request: Request, ttl: Ttl = 3600) -> Value:
    await request.app.state.redis.set(_named(key), json.dumps(value), ex=ttl)
    return Value(key=key, value=value, ttl=ttl)


def _named(key: str) -> str:
    return f"{settings.name}:cache:{key}"


@app.get("/database/users/{user_id}", response_model=User)
async def user(user_id: UUID, request: Request) -> User:
    async with asyncio.timeout(settings.timeout):
        row = await request.app.state.database.fetchrow(
            "SELECT id, username, email, full_name, created_at FROM peer_users WHERE id = $1", user_id
        )
    if row is None:
        raise HTTPException(404)
    return User(**row)


@app.post("/database/users", response_model=User, status_code=201)
async def create_user(new: NewUser, request: Request) -> User:
    try:
        row = await request.app.state.database.fetchrow(
            "INSERT INTO peer_users (username, email, full_name) VALUES ($1, $2, $3)"
            " RETURNING id, username, email, full_name, created_at",
            new.username,
            new.email,
            new.full_name,
        )
    except asyncpg.UniqueViolationError as error:
        raise HTTPException(409) from error
    return User(**row)
