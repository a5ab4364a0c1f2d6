#!/bin/sh
# Installs Chromium and PostgreSQL for the tests where that is possible: on Debian, as root.
# Elsewhere the tests that need them say why they were skipped.
have_browser() { command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; }
have_postgres() { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

have_browser && have_postgres && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Chromium or PostgreSQL is missing and cannot be installed here; their tests will be skipped."
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || true
apt-get install -y -qq --no-install-recommends chromium postgresql fonts-dejavu-core >/dev/null || \
    echo "Chromium or PostgreSQL could not be installed; their tests will be skipped."
exit 0
