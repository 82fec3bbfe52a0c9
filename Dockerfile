# One image for all four roles; docker-compose.yml says which a container plays. Nothing of the sandbox is inside.
FROM node:22.20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

FROM node:22.20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY workflows ./workflows
COPY activities ./activities
COPY src ./src
# The state of the executor; a volume made here belongs to the user below.
RUN mkdir /data && chown node:node /data
USER node
EXPOSE 8070 8080 8090
ENTRYPOINT ["node", "--import", "tsx", "src/main/serve.ts"]
