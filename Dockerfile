# Bekal in a container. One machine, database inside the volume:
#   docker build -t bekal . && docker run -p 8080:8080 -v bekal-data:/app/data bekal
# Many machines: set DATABASE_URL and SECRET_KEY and run `… bekal migrate` once, then `… bekal web` and `… bekal worker`.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY bot bot
COPY locales locales
# As root, once: the user who runs the bot cannot write beside its code.
RUN /venv/bin/python -c "from pathlib import Path; from bot.locales_build import compile_catalogues; compile_catalogues(Path('locales'))"

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin bekal \
 && install -d -o bekal -g bekal -m 0700 /app/data
WORKDIR /app
COPY --from=build /venv /venv
COPY content content
COPY --from=build /app/bot bot
COPY --from=build /app/locales locales
COPY LICENSE LICENSE-CONTENT ./
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8080
USER bekal
VOLUME /app/data
EXPOSE 8080
# `bekal worker` alone answers no HTTP: start it with --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["serve"]
