# The agent as an image: docker build -t flatrun-cluster . — docs/compose.yaml runs it.
# Any Node from 20 on: the one that builds and is shipped is the checkout's own.
ARG NODE=docker.io/library/node:24-bookworm-slim
ARG BASE=docker.io/library/debian:bookworm-slim
ARG COMPOSE=docker.io/docker/compose-bin:v2.40.3

FROM ${NODE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
# Without .git nothing else says where this comes from.
ARG GIT_COMMIT SOURCE_DATE_EPOCH
RUN node_modules/node/bin/node src/dev/build/lay-out-image.ts /out

FROM ${COMPOSE} AS compose

FROM ${BASE}
LABEL org.opencontainers.image.title=flatrun-cluster org.opencontainers.image.licenses=MIT
COPY --from=build /out/ /
# Makes containers that are missing; those that are there need the engine's socket alone.
COPY --from=compose /docker-compose /usr/local/bin/docker-compose
RUN echo 'flatrun-cluster:x:65532:65532::/tmp:/usr/sbin/nologin' >> /etc/passwd \
 && echo 'flatrun-cluster:x:65532:' >> /etc/group \
 && mkdir -p -m 700 /var/lib/flatrun-cluster && chown 65532:65532 /var/lib/flatrun-cluster
# As the unit of systemd sets them. Secrets are files in /run/secrets, named like their key: auth.api_keys.
ENV STATE_DIRECTORY=/var/lib/flatrun-cluster CREDENTIALS_DIRECTORY=/run/secrets HOME=/tmp \
    UV_THREADPOOL_SIZE=64 NODE_OPTIONS=--max-semi-space-size=16
USER 65532:65532
VOLUME /var/lib/flatrun-cluster
EXPOSE 8090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["flatrun-cluster", "health"]
ENTRYPOINT ["flatrun-cluster"]
CMD ["agent", "--config", "/etc/flatrun-cluster/config.yml"]
