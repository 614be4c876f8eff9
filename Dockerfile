# The program with all it needs; docs/production.md says how it is run.

FROM python:3.11.14-slim-trixie AS build
WORKDIR /srv/helpdesk
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements/run.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    --only-binary :all: --requirement requirements/run.txt
COPY manage.py LICENSE ./
COPY helpdesk helpdesk/
COPY tickets tickets/
COPY policies policies/
COPY billing billing/
COPY templates templates/
# Nobody can write them later: the styles, and what Python would compile at every start.
RUN SECRET_KEY=for-this-step-alone HELPDESK_VAR=/tmp/build STATIC_ROOT=/srv/helpdesk/static \
    python manage.py collectstatic --noinput \
    && python -m compileall -q helpdesk tickets policies billing \
    && rm -r /tmp/build

FROM python:3.11.14-slim-trixie
# pg_dump and psql for the one who looks after it, as new as the server.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --uid 10001 --user-group helpdesk \
    && install --directory --owner=10001 --group=10001 --mode=700 /var/lib/helpdesk
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/helpdesk /srv/helpdesk
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HELPDESK_VAR=/var/lib/helpdesk \
    STATIC_ROOT=/srv/helpdesk/static \
    LOG_FORMAT=json
WORKDIR /srv/helpdesk
VOLUME /var/lib/helpdesk
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as it; it.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "gunicorn", "helpdesk.wsgi", "--log-level", "warning", \
    "--logger-class", "helpdesk.logs.Gunicorn", "--no-control-socket", \
    "--bind", "0.0.0.0:8000", "--workers", "2", "--graceful-timeout", "20"]
