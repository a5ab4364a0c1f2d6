#!/bin/sh
# Installs Chromium, PostgreSQL and a voice (espeak-ng) for the tests where that is possible: on Debian, as root.
# Elsewhere the tests that need them say why they were skipped.
have_browser() { command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; }
have_postgres() { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
have_voice() { command -v espeak-ng >/dev/null 2>&1; }

have_browser && have_postgres && have_voice && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Chromium, PostgreSQL or espeak-ng is missing and cannot be installed here; their tests will be skipped."
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || true
apt-get install -y -qq --no-install-recommends chromium postgresql espeak-ng fonts-dejavu-core >/dev/null || \
    echo "Chromium, PostgreSQL or espeak-ng could not be installed; their tests will be skipped."
exit 0
