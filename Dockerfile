# syntax=docker/dockerfile:1
# Two stages: one builds the front end and the wheel, the other holds only what runs. Node comes from the same
# Python package as on a developer's machine, at the locked version.

FROM python:3.11-slim-trixie AS build
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /src

# What changes seldom comes first, so that a change of the source does not install everything again. Compiled here, because
# whoever runs it may not write beside it, and would compile everything at each start.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN UV_PROJECT_ENVIRONMENT=/opt/tools uv sync --frozen --no-dev --no-install-project --extra build
COPY designer/package.json designer/package-lock.json designer/.npmrc designer/
RUN PATH=/opt/tools/bin:$PATH npm --prefix designer ci
RUN uv venv /opt/loomwork \
    && uv export --frozen --quiet --no-dev --no-emit-project --extra scale --output-file /tmp/requirements.txt \
    && uv pip install --compile-bytecode --python /opt/loomwork/bin/python --require-hashes --requirement /tmp/requirements.txt

COPY designer designer
COPY platform platform
RUN PATH=/opt/tools/bin:$PATH npm --prefix designer run build
COPY metadata metadata
COPY apps apps
RUN uv build --wheel --out-dir /tmp/wheel \
    && uv pip install --compile-bytecode --python /opt/loomwork/bin/python --no-deps /tmp/wheel/*.whl


FROM python:3.11-slim-trixie
LABEL org.opencontainers.image.title="Loomwork" \
      org.opencontainers.image.licenses="Apache-2.0"
# What `loomwork backup` and `restore` call; of the version of the server in docker-compose.yml or newer.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/loomwork loomwork
COPY --from=build /opt/loomwork /opt/loomwork
ENV PATH=/opt/loomwork/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LOOMWORK_HOME=/var/lib/loomwork
USER loomwork
WORKDIR /var/lib/loomwork
VOLUME /var/lib/loomwork
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["loomwork"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--processes", "2", "--threads", "4"]
