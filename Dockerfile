# One image, three programs: `python -m worker`, `python -m web.serve`, `python -m ops.prepare`.
FROM python:3.12.13-slim-bookworm@sha256:4766d8b510c428e595d74b9cc5bbb2fae8e26316fffb4adc89908d79aacd58a2 AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/ahg
WORKDIR /src
# The packages first: they change less often than the code.
COPY requirements-run.lock ./
RUN /opt/ahg/bin/pip install --require-hashes -r requirements-run.lock
COPY . .
RUN /opt/ahg/bin/pip install --no-deps --no-build-isolation .

FROM python:3.12.13-slim-bookworm@sha256:4766d8b510c428e595d74b9cc5bbb2fae8e26316fffb4adc89908d79aacd58a2

RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin ahg \
    && install -d -o ahg -g ahg -m 0700 /data /data/attachments
COPY --from=build /opt/ahg /opt/ahg
ENV PATH=/opt/ahg/bin:$PATH PYTHONUNBUFFERED=1 AHG_DATA_DIR=/data AHG_LOG_FORMAT=json
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
CMD ["ahg", "up"]
