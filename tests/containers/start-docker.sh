#!/usr/bin/env bash
# A Docker engine with Compose v2 and buildx, for a Debian machine that has none: installs what is missing, starts dockerd by hand, and
# does nothing where all of it already works. Only for build machines that are thrown away afterwards: it needs root and installs packages.
set -euo pipefail

log=${DOCKERD_LOG:-/tmp/dockerd.log}

say() { echo "start-docker: $*"; }

if docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1; then
  say "engine $(docker version --format '{{.Server.Version}}') and compose $(docker compose version --short) are there"
  exit 0
fi

[ "$(id -u)" -eq 0 ] || { say "no Docker engine answers, and only root may install one" >&2; exit 1; }
command -v apt-get >/dev/null || { say "no Docker engine answers, and this script only knows Debian" >&2; exit 1; }

if ! command -v dockerd >/dev/null; then
  say "installing docker.io"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io iptables >/dev/null
fi

# bookworm's docker-compose is v1, so Compose v2 and buildx come from trixie: two static binaries, unpacked, not installed.
plugin() { # name of the plugin, Debian package
  docker "$1" version >/dev/null 2>&1 && return
  say "fetching $2 from trixie"

  if [ ! -d "$work/sources" ]; then
    mkdir -p "$work/sources" "$work/lists/partial"
    local uri
    uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | sed -nE 's/^URIs: *//p; s/^deb +(\[[^]]*\] *)?([^ ]+) .*/\2/p' | grep -m1 '/debian/\?$' || true)
    printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
      "${uri:-http://deb.debian.org/debian}" >"$work/sources/trixie.sources"
    apt-get "${apt[@]}" update -qq
  fi

  (cd "$work" && apt-get "${apt[@]}" download -qq "$2" && dpkg -x "$2"_*.deb unpacked)
  install -D "$work/unpacked/usr/libexec/docker/cli-plugins/docker-$1" "$HOME/.docker/cli-plugins/docker-$1"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
apt=(-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/sources" -o Dir::State::lists="$work/lists" -o APT::Sandbox::User=root)
plugin compose docker-compose
plugin buildx docker-buildx

if ! docker info >/dev/null 2>&1; then
  # Left behind by an engine that was killed; the next one would take them for a running one.
  pidof dockerd >/dev/null || rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid
  say "starting dockerd (log: $log)"
  setsid dockerd >"$log" 2>&1 </dev/null &

  for _ in $(seq 150); do
    docker info >/dev/null 2>&1 && break
    sleep 0.2
  done
fi

docker info >/dev/null 2>&1 || { say "dockerd does not answer:" >&2; tail -5 "$log" >&2; exit 1; }
say "engine $(docker version --format '{{.Server.Version}}') and compose $(docker compose version --short) are ready"
