# docker build -t landfall:dev .
# Where Docker Hub is not reached: --build-arg BASE_IMAGE=<an image with Node 24 and npm, of any glibc system>.
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS build
# The image that runs is put together here: Node, the libraries that it loads, and nothing else of this system.
RUN node=$(command -v node) && mkdir /image && cp -L --parents "$node" $(ldd "$node" | grep -o '/[^ ]*') /image
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY service/package.json service/
# The bundle holds what it needs, so nothing of node_modules gets further than this stage. Not `npm ci`: it refuses a
# lock file without the optional packages of other platforms, which not every registry has.
RUN npm install --no-save --no-audit --no-fund
COPY scripts scripts
COPY operator operator
RUN npm run build

# No shell, no package manager, nothing to update but Node.
FROM scratch
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="landfall" \
      org.opencontainers.image.description="A Kubernetes operator that makes AWS follow Git" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production \
    PATH=/usr/local/bin:/usr/bin \
    HOME=/nonexistent
COPY --from=build /image /
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /src/dist dist
COPY crds crds
COPY manifests manifests
# By number, so that Kubernetes can tell that it is not root. No such user exists: nothing here belongs to it, and
# nothing is written at run time.
USER 65532:65532
EXPOSE 8080
# docker run landfall:dev dist/cli.js --help is the command line.
ENTRYPOINT ["node"]
# Small young generations, so that garbage of a burst of calls does not stay resident; the memory limit is 256 MiB.
CMD ["--max-semi-space-size=2", "--max-old-space-size=160", "dist/operator.js"]
