# docker build -t landfall:dev .
# Where Docker Hub is not reached: --build-arg BASE_IMAGE=<an image with Node 24 and npm>, and RUNTIME_IMAGE=<one with
# Node 24> where the image that runs should be smaller than the one that builds.
ARG BASE_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=${BASE_IMAGE}

FROM ${BASE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json ./
# The bundle holds what it needs, so nothing of node_modules gets further than this stage.
RUN npm install --no-save --no-audit --no-fund
COPY scripts scripts
COPY operator operator
RUN npm run build

FROM ${RUNTIME_IMAGE}
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="landfall" \
      org.opencontainers.image.description="A Kubernetes operator that makes AWS follow Git" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production \
    HOME=/nonexistent
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /src/dist dist
COPY crds crds
COPY manifests manifests
# By number, so that Kubernetes can tell that it is not root. No such user exists: nothing here belongs to it, and
# nothing is written at run time.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "dist/operator.js"]
