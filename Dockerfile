# One image for gateway, workers, beat and migrations; compose.yaml says which part a container is.
FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_USE_PEP517=1
WORKDIR /srv/alo
COPY requirements.txt ./
RUN pip install --quiet --require-hashes -r requirements.txt
COPY . .
RUN pip install --quiet --no-deps --no-build-isolation --editable . \
    && useradd --system --home-dir /var/lib/alo --create-home alo
USER alo
ENV ALO_DATA_DIR=/var/lib/alo ALO_BIND=0.0.0.0 ALO_PORT=8080
EXPOSE 8080
CMD ["gunicorn", "-c", "python:runtime.web_server", "gateway.wsgi:app"]
