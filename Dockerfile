# The bot in a container: `docker compose up --detach` (see docs/hosting.md). For amd64 and arm64: every package has a
# ready-made wheel for both. The official Python image; another one with python3 3.11 or newer will do, too.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /app
# First what changes seldom, so that an update downloads no packages again.
COPY requirements/install.sh requirements/run.txt requirements/postgres.txt requirements/
RUN sh requirements/install.sh .venv requirements/run.txt \
    && sh requirements/install.sh .venv requirements/postgres.txt \
    && .venv/bin/python -m pip uninstall --quiet --yes pip
COPY bot bot
COPY cogs cogs
COPY data data
# What takes a minute is done here, so that a new container answers within seconds.
RUN .venv/bin/python -m compileall -q bot cogs \
    && .venv/bin/python -m bot learn

FROM ${BASE}
WORKDIR /app
# Owned by root, who isn't the one that runs it: the bot can't change its own program.
COPY --from=build /app /app
# The official image leaves Python's own library uncompiled, which costs more than a second at each start.
RUN python3 -m compileall -q "$(python3 -c 'import os; print(os.path.dirname(os.__file__))')" >/dev/null || true
RUN install --directory --owner=10001 --group=10001 /data
USER 10001:10001
ENV DATABASE_PATH=/data/canonkeeper.sqlite3 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
VOLUME /data
# SIGTERM; it ends within 5 seconds, finishing what people wait for.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/.venv/bin/python", "-m", "bot"]
CMD ["run"]
