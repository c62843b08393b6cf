# Cotrace's own services: nodes, chaincode and the command line (docker-compose.yaml).
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /cotrace
COPY . .
RUN npm run build

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /cotrace
COPY --from=build --chown=node /cotrace .
RUN ln -s /cotrace/gateway-app/bin/cotrace.js /usr/local/bin/cotrace \
  && mkdir /network /store /data \
  && chown node /network /store /data
USER node
ENTRYPOINT ["cotrace"]
