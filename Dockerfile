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
# A pass allocates many times what it keeps. Left to itself, Node lets the heap grow to several times what is alive, and
# glibc keeps an arena per thread: a fleet that fits into 300 MB would take 800.
ENV MALLOC_ARENA_MAX=1
ENTRYPOINT ["node", "--max-semi-space-size=8", "--heap-growing-percent=20", "reconciler/job.ts"]
