# Stand-ins for python:3.11-slim and node:24-bookworm-slim, made by .ci/docker of Debian's packages and npm's Node.
FROM landfall-debian:bookworm AS python
# How the machine reaches the package registries: certificates, addresses.
COPY etc/ /etc/
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    PIP_DISABLE_PIP_VERSION_CHECK=1

FROM python AS node
COPY node /usr/local/bin/node
COPY npm/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    NPM_CONFIG_GLOBALCONFIG=/etc/npmrc
