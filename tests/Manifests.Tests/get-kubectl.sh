#!/usr/bin/env bash
# Puts a kubectl into artifacts/tools where the path has none that is new enough. Debian's own, from trixie: sources and lists lie in a folder
# of their own, so that the system's packages stay as they are.
set -euo pipefail
cd "$(dirname "$0")/../.."

oldest_minor=27
tools=$PWD/artifacts/tools

minor() { # of the given kubectl; 0 where it does not run
  "$1" version --client --output json 2>/dev/null | sed -n '/clientVersion/,/}/s/.*"minor": *"\([0-9]*\).*/\1/p' | head -1 | grep . || echo 0
}

for candidate in "$(command -v kubectl || true)" "$tools/kubectl"; do
  if [ -x "$candidate" ] && [ "$(minor "$candidate")" -ge "$oldest_minor" ]; then
    echo "kubectl is there: $candidate"
    exit
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial" "$tools"
touch "$work/installed"
# apt drops to a user of its own, who must be able to write here
chmod -R go+rwx "$work"

# The first stanza of the system's own sources, for another release.
{
  awk 'NF == 0 && seen { exit } NF && !/^#/ { seen = 1; print }' /etc/apt/sources.list.d/debian.sources |
    sed 's/^Suites:.*/Suites: trixie/'
} >"$work/sources/trixie.sources"

apt=(-qq
  -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources"
  -o "Dir::State::lists=$work/lists" -o "Dir::State::status=$work/installed" -o "Dir::Cache=$work/cache")
apt-get "${apt[@]}" update
(cd "$work" && apt-get "${apt[@]}" download kubectl)
dpkg -x "$work"/kubectl_*.deb "$work/package"
install -m 755 "$work/package/usr/bin/kubectl" "$tools/kubectl"
echo "kubectl is there: $tools/kubectl (1.$(minor "$tools/kubectl"))"
