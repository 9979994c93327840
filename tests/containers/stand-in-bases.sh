#!/usr/bin/env bash
# STAND-INS, FOR TESTS ONLY. Where no image can be pulled, this makes images *of the same names* as our Dockerfiles' bases from Debian's
# packages and from the .NET installed here, so that the Dockerfiles can be built and run as they are. Each carries the label
# `inference-tracing.stand-in=true`; nothing made from them is to be published. A base that is already here, or that can be pulled, is left
# alone. To get rid of them: docker image rm $(docker image ls -q --filter label=inference-tracing.stand-in=true)
#
# The aspnet stand-in has no shell and no other program but dotnet, which shows that our images need none.
set -euo pipefail

tag=${DOTNET_TAG:-10.0}
aspnet=mcr.microsoft.com/dotnet/aspnet:$tag
sdk=mcr.microsoft.com/dotnet/sdk:$tag
label='LABEL inference-tracing.stand-in=true'

say() { echo "stand-in-bases: $*"; }

missing=()
for image in "$aspnet" "$sdk"; do
  docker image inspect "$image" >/dev/null 2>&1 && continue
  # One attempt for all: where one registry cannot be reached, waiting for the others as well only costs time.
  if [ ${#missing[@]} -eq 0 ] && timeout 300 docker pull -q "$image" >/dev/null 2>&1; then
    say "pulled $image"
  else
    missing+=("$image")
  fi
done
[ ${#missing[@]} -gt 0 ] || { say "all bases are there"; exit 0; }
say "cannot be pulled: ${missing[*]}"

[ "$(id -u)" -eq 0 ] || { say "making stand-ins takes root" >&2; exit 1; }
command -v debootstrap >/dev/null || {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
}

dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
work=$(mktemp -d -p "${TMPDIR:-/var/tmp}")
trap 'rm -rf "$work"' EXIT
root=$work/root
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | sed -nE 's/^URIs: *//p; s/^deb +(\[[^]]*\] *)?([^ ]+) .*/\2/p' | grep -m1 '/debian/\?$' || true)

say "Debian's part"
debootstrap --variant=minbase --include=ca-certificates,libicu72,libssl3,libstdc++6,zlib1g,tzdata \
  bookworm "$root" "${mirror:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1 || { tail -5 "$work/debootstrap.log" >&2; exit 1; }
rm -rf "${root:?}"/var/cache/apt/* "${root:?}"/var/lib/apt/lists/* "${root:?}"/usr/share/{doc,man,locale}/*

# A build behind a proxy that opens TLS must trust what this machine trusts.
mkdir -p "$root/usr/local/share/ca-certificates"
cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
chroot "$root" /usr/sbin/update-ca-certificates >/dev/null 2>&1

# The user Microsoft's images have.
chroot "$root" /usr/sbin/useradd --uid 1654 --user-group --create-home --shell /usr/sbin/nologin app
mkdir -p "$root/usr/share/dotnet"
ln -s /usr/share/dotnet/dotnet "$root/usr/bin/dotnet"

import() { # image, folder, further changes …
  local image=$1 folder=$2
  shift 2
  local changes=(--change "$label" --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')
  for change in "$@"; do changes+=(--change "$change"); done
  tar -C "$folder" -c . | docker import "${changes[@]}" - "$image" >/dev/null
  say "made $image ($(($(docker image inspect -f '{{.Size}}' "$image") / 1000000)) MB)"
}

wanted() { [[ " ${missing[*]} " == *" $1 "* ]]; }

if wanted "$sdk"; then
  cp -a "$root" "$work/sdk"
  cp -a "$dotnet/." "$work/sdk/usr/share/dotnet/"
  import "$sdk" "$work/sdk" 'ENV DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false NUGET_XMLDOC_MODE=skip' \
    "ENV NUGET_CERT_REVOCATION_MODE=${NUGET_CERT_REVOCATION_MODE:-online}"
  rm -rf "$work/sdk"
fi

if wanted "$aspnet"; then
  cp -a "$dotnet/dotnet" "$dotnet/host" "$dotnet/shared" "$root/usr/share/dotnet/"
  find "$root/usr/bin" "$root/usr/sbin" -mindepth 1 ! -name dotnet -delete
  import "$aspnet" "$root" 'ENV APP_UID=1654 ASPNETCORE_HTTP_PORTS=8080 DOTNET_RUNNING_IN_CONTAINER=true'
fi
