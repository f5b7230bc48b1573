# The image of the Cloud Run job that runs passes.
FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY desired-state desired-state
COPY manifests manifests
COPY workflow-defs workflow-defs
COPY reconciler reconciler
USER node
ENTRYPOINT ["node", "reconciler/job.ts"]
