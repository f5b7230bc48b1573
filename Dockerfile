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
# glibc keeps an arena per thread and what was freed in the middle: a pass would take more than twice the memory, for a
# sixth less CPU.
ENV MALLOC_ARENA_MAX=1
ENV MALLOC_TRIM_THRESHOLD_=131072
ENV MALLOC_MMAP_THRESHOLD_=32768
ENTRYPOINT ["node", "--max-semi-space-size=8", "--heap-growing-percent=20", "reconciler/job.ts"]
